// What clients say of their set-ups.
#include <gmock/gmock.h>

#include "gateway/codec/decoder.h"
#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using ReportTest = DecoderFixture;

std::string Report(const std::string& fields) {
  return R"({"type":"report")" + (fields.empty() ? "" : "," + fields) + "}";
}
std::string Connected(const std::string& fields) {
  return Report(R"("to":"b","state":"connected",)" + fields);
}
std::string Failed(const std::string& fields) {
  return Report(R"("to":"b","state":"failed",)" + fields);
}

TEST_F(ReportTest, ConnectedGoesUp) {
  const Decoded d = Decode(
      Report(R"("to":"robot:1","state":"connected","setup_ms":1234,"candidate_type":"srflx")"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.type, MessageType::kReport);
  const v1::Report& report = d.frame.report();
  EXPECT_EQ(report.to(), "robot:1");
  EXPECT_EQ(report.state(), v1::SETUP_STATE_CONNECTED);
  EXPECT_EQ(report.setup_duration().seconds(), 1);
  EXPECT_EQ(report.setup_duration().nanos(), 234'000'000);
  EXPECT_EQ(report.candidate_type(), v1::CANDIDATE_TYPE_SRFLX);
  EXPECT_EQ(report.failure(), v1::SETUP_FAILURE_UNSPECIFIED);
}

TEST_F(ReportTest, FailedGoesUp) {
  const Decoded d =
      Decode(Report(R"("offer_id":"o","state":"failed","setup_ms":0,"reason":"ice")"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  const v1::Report& report = d.frame.report();
  EXPECT_EQ(report.offer_id(), "o");
  EXPECT_EQ(report.state(), v1::SETUP_STATE_FAILED);
  EXPECT_TRUE(report.has_setup_duration()) << "none is another thing than 0";
  EXPECT_EQ(report.setup_duration().seconds(), 0);
  EXPECT_EQ(report.failure(), v1::SETUP_FAILURE_ICE);
  EXPECT_EQ(report.candidate_type(), v1::CANDIDATE_TYPE_UNSPECIFIED);
}

TEST_F(ReportTest, ThePeerAndTheStateAreEnough) {
  for (const char* rest :
       {"", R"(,"setup_ms":null,"candidate_type":null,"reason":null,"offer_id":null)"}) {
    const Decoded d = Decode(Report(R"("to":"b","state":"connected")" + std::string(rest)));
    ASSERT_TRUE(d.ok) << d.fault.message;
    EXPECT_FALSE(d.frame.report().has_setup_duration());
    EXPECT_EQ(d.frame.report().peer_case(), v1::Report::kTo);
  }
}

TEST_F(ReportTest, EveryWordIsKnown) {
  const std::pair<const char*, v1::CandidateType> types[] = {{"host", v1::CANDIDATE_TYPE_HOST},
                                                             {"srflx", v1::CANDIDATE_TYPE_SRFLX},
                                                             {"prflx", v1::CANDIDATE_TYPE_PRFLX},
                                                             {"relay", v1::CANDIDATE_TYPE_RELAY}};
  for (const auto& [word, type] : types) {
    const Decoded d = Decode(Connected(R"("candidate_type":")" + std::string(word) + "\""));
    EXPECT_EQ(d.frame.report().candidate_type(), type) << word;
  }
  const std::pair<const char*, v1::SetupFailure> failures[] = {
      {"ice", v1::SETUP_FAILURE_ICE},
      {"dtls", v1::SETUP_FAILURE_DTLS},
      {"timeout", v1::SETUP_FAILURE_TIMEOUT}};
  for (const auto& [word, failure] : failures) {
    const Decoded d = Decode(Failed(R"("reason":")" + std::string(word) + "\""));
    EXPECT_EQ(d.frame.report().failure(), failure) << word;
  }
}

TEST_F(ReportTest, TenMinutesAreTheMost) {
  const Decoded d = Decode(Connected(R"("setup_ms":600000)"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.frame.report().setup_duration().seconds(), 600);
}

TEST_F(ReportTest, HasNoNumberAndMayAcknowledge) {
  const Decoded d = Decode(Connected(R"("id":9,"ack":3)"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.id, 0u);
  EXPECT_EQ(d.message.ack_seq, 3u);
}

class BadReportTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

// Without a number, also where the client gave one: told, and no event.
TEST_P(BadReportTest, IsRefused) { ExpectRefused(GetParam()); }

constexpr Reason kMessage = Reason::kInvalidMessage;

INSTANTIATE_TEST_SUITE_P(
    Reports, BadReportTest,
    testing::Values(
        BadCase{"Empty", Report(""), kMessage, "to or offer_id has to be there, and not both"},
        BadCase{"OfNobody", Report(R"("state":"connected","to":null)"), kMessage,
                "to or offer_id has to be there, and not both"},
        BadCase{"OfBoth", Report(R"("state":"connected","to":"a","offer_id":"o")"), kMessage,
                "to or offer_id has to be there, and not both"},
        BadCase{"ToNobodysId", Report(R"("state":"connected","to":"a b")"), kMessage, "to must be"},
        BadCase{"OfferNumber", Report(R"("state":"connected","offer_id":7)"), kMessage,
                "offer_id must be a string"},
        BadCase{"StateMissing", Report(R"("to":"b")"), kMessage,
                "state must be connected or failed"},
        BadCase{"StateEmpty", Report(R"("to":"b","state":"")"), kMessage,
                "state must be connected or failed"},
        BadCase{"StateOther", Report(R"("to":"b","state":"disconnected","id":4)"), kMessage,
                "state must be connected or failed"},
        BadCase{"StateBool", Report(R"("to":"b","state":true)"), kMessage,
                "state must be connected or failed"},
        BadCase{"SetupLong", Connected(R"("setup_ms":600001)"), kMessage,
                "setup_ms must be an integer from 0 to 600000"},
        BadCase{"SetupNegative", Connected(R"("setup_ms":-1)"), kMessage, "setup_ms"},
        BadCase{"SetupFraction", Connected(R"("setup_ms":12.5)"), kMessage, "setup_ms"},
        BadCase{"SetupString", Connected(R"("setup_ms":"12")"), kMessage, "setup_ms"},
        BadCase{"CandidateTypeOther", Connected(R"("candidate_type":"unknown")"), kMessage,
                "candidate_type must be host, srflx, prflx or relay"},
        BadCase{"CandidateTypeArray", Connected(R"("candidate_type":["host"])"), kMessage,
                "candidate_type must be host"},
        BadCase{"CandidateTypeOfAFailure", Failed(R"("candidate_type":"host")"), kMessage,
                "candidate_type is for the state connected only"},
        BadCase{"ReasonOther", Failed(R"("reason":"busy")"), kMessage,
                "reason must be ice, dtls or timeout"},
        BadCase{"ReasonNumber", Failed(R"("reason":1)"), kMessage,
                "reason must be ice, dtls or timeout"},
        BadCase{"ReasonOfASuccess", Connected(R"("reason":"ice")"), kMessage,
                "reason is for the state failed only"},
        BadCase{"Twice", Failed(R"("state":"failed")"), kMessage, "state is there twice"}),
    CaseName);

}  // namespace
}  // namespace signaling::gateway
