// What a client says of its set-ups, on its way to the service.
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr char kReport[] = R"({"type":"report","to":"b","state":"connected","setup_ms":250})";

class SessionReportTest : public LinkFixture {
 protected:
  void ExpectReport() {
    const auto frame = link_.Take();
    EXPECT_EQ(frame.report().to(), "b") << frame.ShortDebugString();
    EXPECT_EQ(frame.report().setup_duration().nanos(), 250'000'000);
    EXPECT_EQ(frame.id(), 0u);
    EXPECT_EQ(frame.after_id(), 0u);
  }
};

TEST_F(SessionReportTest, GoesUpBetweenTheNumbers) {
  OpenV1();
  Message(1);
  Text(R"({"type":"report","to":"b","state":"connected","setup_ms":250,"id":9})");
  Message(2);
  ExpectMessage(1, 0);
  ExpectReport();
  ExpectMessage(2, 1);
  EXPECT_FALSE(socket_.HasNext()) << "it has no answer";
}

TEST_F(SessionReportTest, OnPlainIsTheSameAndMayFollowTheOpening) {
  MakePlain();
  EXPECT_TRUE(link_.Take().has_open());
  Text(kReport);
  ExpectReport();
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionReportTest, MayAcknowledge) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"report","to":"b","state":"failed","reason":"ice","ack":1})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.report().failure(), v1::SETUP_FAILURE_ICE) << frame.ShortDebugString();
  EXPECT_EQ(frame.ack_seq(), 1u);
}

TEST_F(SessionReportTest, BeforeHelloThereIsNothingToReport) {
  MakeV1();
  Text(kReport);
  EXPECT_EQ(Field(socket_.Next(), "code"), "hello_required");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionReportTest, AFaultyOneIsToldAndIsNoEvent) {
  OpenV1();
  Text(R"({"type":"report","to":"b","state":"closed","id":1})");
  const auto error = socket_.Next();
  EXPECT_EQ(Field(error, "code"), "invalid_message");
  EXPECT_FALSE(error.contains("reply_to"));
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionReportTest, IsNotKeptWithoutALink) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  Text(kReport);
  Message(1);
  MendLink();
  ExpectAttach(0, 0);
  Text(kReport);
  EXPECT_TRUE(link_.frames.empty()) << "nothing goes to a link before opened";
  DeliverAttached(0);
  ExpectMessage(1, 0);
  EXPECT_TRUE(link_.frames.empty());
  Text(kReport);
  ExpectReport();
}

}  // namespace
}  // namespace signaling::gateway
