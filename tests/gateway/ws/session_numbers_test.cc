// Ids, acknowledgements, the window and verdicts.
#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

class SessionNumbersTest : public SessionFixture {
 protected:
  void Message(std::uint64_t id) {
    Text(absl::StrCat(R"({"type":"message","data":1,"id":)", id, "}"));
  }
};

TEST_F(SessionNumbersTest, PassesOnTheIdAndTheOneBefore) {
  OpenV1();
  Message(3);
  auto frame = link_.Take();
  EXPECT_EQ(frame.id(), 3u);
  EXPECT_EQ(frame.after_id(), 0u);
  Message(9);
  frame = link_.Take();
  EXPECT_EQ(frame.id(), 9u);
  EXPECT_EQ(frame.after_id(), 3u);
}

TEST_F(SessionNumbersTest, GivesTheNextIdWhereThereIsNone) {
  OpenV1();
  Message(3);
  Text(R"({"type":"message","data":1})");
  link_.Take();
  const auto frame = link_.Take();
  EXPECT_EQ(frame.id(), 4u);
  EXPECT_EQ(frame.after_id(), 3u);
}

TEST_F(SessionNumbersTest, ADuplicateIsOnlyAcknowledgedAgain) {
  OpenV1();
  Message(1);
  link_.Take();
  Message(1);
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_FALSE(socket_.HasNext()) << "the service has not acknowledged it";
  DeliverAck(1);
  EXPECT_EQ(socket_.Next().at("id").as_int64(), 1);
  Message(1);
  const auto ack = socket_.Next();
  EXPECT_EQ(Type(ack), "ack");
  EXPECT_EQ(ack.at("id").as_int64(), 1);
}

TEST_F(SessionNumbersTest, WhatIsAskedOfOffersAndRoomsIsNumbered) {
  OpenV1();
  Text(R"({"type":"create_offer","sdp":"s","id":3})");
  Text(R"({"type":"kick","client_id":"eve"})");
  auto frame = link_.Take();
  EXPECT_TRUE(frame.offer().has_create());
  EXPECT_EQ(frame.id(), 3u);
  frame = link_.Take();
  EXPECT_TRUE(frame.moderate().has_kick());
  EXPECT_EQ(frame.id(), 4u);
}

TEST_F(SessionNumbersTest, TheAnswerAboutAnOfferIsAnEvent) {
  OpenV1();
  Text(R"({"type":"create_offer","sdp":"s","id":3})");
  link_.Take();
  v1::DownFrame frame;
  frame.set_seq(1);
  frame.set_reply_to(3);
  frame.mutable_offer()->set_offer_id("o");
  frame.mutable_offer()->set_state(v1::OFFER_STATE_QUEUED);
  Deliver(frame);
  const auto created = socket_.Next();
  EXPECT_EQ(Type(created), "offer_created");
  EXPECT_EQ(created.at("seq").as_int64(), 1);
  EXPECT_EQ(created.at("reply_to").as_int64(), 3);
  Text(R"({"type":"ack","seq":1})");
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().ack_seq(), 1u);
}

TEST_F(SessionNumbersTest, WhoSendsNoIdGetsNoAcknowledgement) {
  OpenPlain();
  Text(R"({"type":"message","data":1})");
  link_.Take();
  DeliverAck(1);
  EXPECT_FALSE(socket_.HasNext());
  DeliverVerdict(1, 1, v1::ERROR_REASON_PEER_UNAVAILABLE);
  EXPECT_FALSE(socket_.Next().contains("reply_to"));
}

TEST_F(SessionNumbersTest, AnAcknowledgementRidesOnAnEvent) {
  OpenV1();
  Message(1);
  link_.Take();
  v1::DownFrame frame;
  frame.set_seq(1);
  frame.set_ack_id(1);
  frame.mutable_app()->set_data("2");
  Deliver(frame);
  const auto event = socket_.Next();
  EXPECT_EQ(event.at("ack").as_int64(), 1);
  EXPECT_EQ(event.at("seq").as_int64(), 1);
  EXPECT_FALSE(socket_.HasNext());
}

TEST_F(SessionNumbersTest, StopsReadingWhereTheWindowIsFull) {
  OpenV1();
  for (std::uint64_t id = 1; id < kMaxUnacknowledgedMessages; ++id) Message(id);
  EXPECT_FALSE(socket_.paused);
  Message(kMaxUnacknowledgedMessages);
  EXPECT_TRUE(socket_.paused);
  // Who is not read is not idle.
  Advance(2 * kTimeout);
  EXPECT_FALSE(socket_.close_code);
  DeliverAck(1);
  EXPECT_FALSE(socket_.paused);
  Advance(kTimeout / 2);
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionNumbersTest, StopsReadingWhereTheWindowHoldsTooMuch) {
  OpenV1();
  const std::string data(15000, 'x');
  std::size_t sent = 0;
  while (!socket_.paused && sent < kMaxUnacknowledgedBytes) {
    Text(absl::StrCat(R"({"type":"message","data":")", data, "\"}"));
    sent += data.size();
  }
  EXPECT_TRUE(socket_.paused);
  EXPECT_LT(link_.frames.size(), 10u);
}

TEST_F(SessionNumbersTest, AClientsAcknowledgementRidesOnItsNextMessage) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"ack","seq":1})");
  EXPECT_TRUE(link_.frames.empty());
  Message(1);
  EXPECT_EQ(link_.Take().ack_seq(), 1u);
  Message(2);
  EXPECT_EQ(link_.Take().ack_seq(), 0u) << "it has been told";
}

TEST_F(SessionNumbersTest, AClientsAcknowledgementGoesAloneAtATick) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"ack","seq":1})");
  Advance(std::chrono::milliseconds(200));
  const auto frame = link_.Take();
  EXPECT_EQ(frame.ack_seq(), 1u);
  EXPECT_EQ(frame.body_case(), v1::UpFrame::BODY_NOT_SET);
  Advance(std::chrono::milliseconds(200));
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionNumbersTest, ManyAcknowledgedEventsDoNotWaitForTheTick) {
  OpenV1();
  for (std::uint64_t seq = 1; seq <= 32; ++seq) DeliverEvent(seq);
  Text(R"({"type":"ack","seq":31})");
  EXPECT_TRUE(link_.frames.empty());
  Text(R"({"type":"ack","seq":32})");
  EXPECT_EQ(link_.Take().ack_seq(), 32u);
}

TEST_F(SessionNumbersTest, ForAPlainClientWhatIsWrittenHasArrived) {
  OpenPlain();
  DeliverEvent(1);
  session_->OnWritten(1);
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().ack_seq(), 1u);
}

TEST_F(SessionNumbersTest, FromItsFirstAcknowledgementOnAPlainClientsWordCounts) {
  OpenPlain();
  DeliverEvent(1);
  DeliverEvent(2);
  Text(R"({"type":"ack","seq":1})");
  session_->OnWritten(2);
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(link_.Take().ack_seq(), 1u);
}

TEST_F(SessionNumbersTest, OnV1WhatIsWrittenHasNotArrived) {
  OpenV1();
  DeliverEvent(1);
  session_->OnWritten(1);
  Advance(std::chrono::milliseconds(200));
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionNumbersTest, AcknowledgingWhatWasNeverSentIsAFault) {
  OpenV1();
  DeliverEvent(1);
  Text(R"({"type":"message","data":1,"id":5,"ack":2})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.refused().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(frame.id(), 5u);
  EXPECT_EQ(frame.ack_seq(), 0u);
}

TEST_F(SessionNumbersTest, ANumberedFaultBecomesAnEvent) {
  OpenV1();
  Text(R"({"type":"join","id":2})");
  auto frame = link_.Take();
  EXPECT_EQ(frame.refused().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(frame.id(), 2u);
  Text(R"({"type":"join","id":2})");
  EXPECT_TRUE(link_.frames.empty()) << "the verdict is known";
}

TEST_F(SessionNumbersTest, AFaultOfWhoNumbersNothingBecomesAnEvent) {
  OpenPlain();
  Text(R"({"type":"offer"})");
  const auto frame = link_.Take();
  EXPECT_EQ(frame.refused().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(frame.id(), 1u);
}

TEST_F(SessionNumbersTest, AFaultWithoutANumberIsToldAtOnce) {
  OpenV1();
  Message(1);
  link_.Take();
  Text(R"({"type":"ack","seq":"x"})");
  const auto error = socket_.Next();
  EXPECT_EQ(Field(error, "code"), "invalid_message");
  EXPECT_FALSE(error.contains("reply_to"));
  Text("{");
  EXPECT_EQ(Field(socket_.Next(), "code"), "invalid_json");
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionNumbersTest, TheThirdFaultIsFatal) {
  OpenV1();
  Text("{");
  Text("[]");
  socket_.Next();
  socket_.Next();
  Text("1");
  ExpectEnd("invalid_json", CloseCode::kProtocolError, "close");
  ExpectDetach(v1::Detach::CAUSE_FAULT);
}

TEST_F(SessionNumbersTest, TheThirdFaultIsFatalAlsoAsAnEvent) {
  OpenV1();
  Text("{");
  Text("{");
  Text(R"({"type":"join","id":1})");
  socket_.Next();
  socket_.Next();
  link_.Take();
  DeliverVerdict(1, 1, v1::ERROR_REASON_INVALID_MESSAGE);
  ExpectEnd("invalid_message", CloseCode::kProtocolError, "close");
  ExpectDetach(v1::Detach::CAUSE_FAULT);
}

TEST_F(SessionNumbersTest, OtherErrorsAreNoStrikes) {
  OpenV1();
  for (std::uint64_t seq = 1; seq <= 10; ++seq) {
    DeliverVerdict(seq, 0, v1::ERROR_REASON_PEER_UNAVAILABLE);
  }
  EXPECT_FALSE(socket_.close_code);
}

}  // namespace
}  // namespace signaling::gateway
