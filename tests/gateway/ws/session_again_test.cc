// What is sent to the service again after a link was lost, and what is not.
#include <map>
#include <string>

#include "services/common/limits.h"
#include "tests/gateway/ws/link_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using SessionAgainTest = LinkFixture;

TEST_F(SessionAgainTest, SendsAgainWhatTheServiceHasNotInOrderBeforeAnythingNew) {
  OpenV1();
  for (const std::uint64_t id : {1U, 2U, 5U, 6U}) Message(id);
  DeliverAck(1);
  EXPECT_EQ(socket_.Next().at("id").as_int64(), 1);
  BreakLink();
  link_.Take();
  Message(7);
  EXPECT_TRUE(link_.frames.empty()) << "nothing numbered before opened";
  DeliverAttached(2);
  ExpectMessage(5, 2);
  ExpectMessage(6, 5);
  ExpectMessage(7, 6);
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_EQ(socket_.Next().at("id").as_int64(), 2) << "the break took this acknowledgement";
  Message(8);
  ExpectMessage(8, 7);
}

TEST_F(SessionAgainTest, AnAcknowledgementIsNotToldTwice) {
  OpenV1();
  Message(1);
  DeliverAck(1);
  socket_.Next();
  BreakLink();
  DeliverAttached(1);
  EXPECT_FALSE(socket_.HasNext());
}

TEST_F(SessionAgainTest, EventsThatAreToldAgainAreDropped) {
  OpenV1();
  Message(1);
  DeliverEvent(1);
  DeliverEvent(2);
  BreakLink();
  DeliverAttached(0);
  socket_.next = socket_.messages.size();
  v1::DownFrame frame;
  frame.set_seq(2);
  frame.set_ack_id(1);
  frame.mutable_app()->set_data("2");
  Deliver(frame);
  EXPECT_EQ(Type(socket_.Next()), "ack") << "what it acknowledges is news";
  EXPECT_FALSE(socket_.HasNext());
  DeliverEvent(3);
  EXPECT_EQ(socket_.Next().at("seq").as_int64(), 3);
}

TEST_F(SessionAgainTest, AVerdictIsMadeAgain) {
  OpenV1();
  Text(R"({"type":"join","id":1})");
  Text(R"({"type":"message","data":1,"id":2,"ack":9})");
  const auto first = link_.Take();
  EXPECT_TRUE(first.has_refused());
  const auto second = link_.Take();
  BreakLink();
  link_.Take();
  // By now an event 9 exists.
  DeliverAttached(0);
  for (const auto& verdict : {first, second}) {
    const auto again = link_.Take();
    EXPECT_EQ(again.refused().message(), verdict.refused().message());
    EXPECT_EQ(again.id(), verdict.id());
    EXPECT_EQ(again.after_id(), verdict.after_id());
  }
}

TEST_F(SessionAgainTest, WhatTheGatewayNumberedKeepsItsNumber) {
  OpenPlain();
  Text(R"({"type":"message","data":1})");
  Text(R"({"type":"message","data":2})");
  BreakLink();
  link_.Take();
  DeliverAttached(0);
  ExpectMessage(1, 0);
  ExpectMessage(2, 1);
}

TEST_F(SessionAgainTest, AMessageThatWasOnItsWayOnTwoStreamsThatBrokeIsNotSentAgain) {
  OpenV1();
  Message(1);
  BreakLink();
  link_.Take();
  DeliverAttached(0);
  ExpectMessage(1, 0);
  BreakLink();
  link_.Take();
  EXPECT_FALSE(socket_.close_code) << "the service may have it";
  DeliverAttached(0);
  ExpectEnd("internal", CloseCode::kInternal, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionAgainTest, WhatTheSecondStreamBroughtIsNoFault) {
  OpenV1();
  Message(1);
  BreakLink();
  DeliverAttached(0);
  BreakLink();
  link_.frames.clear();
  DeliverAttached(1);
  EXPECT_FALSE(socket_.close_code);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionAgainTest, StreamsThatBreakWhileNothingIsOnItsWayDoNotCount) {
  OpenV1();
  Message(1);
  BreakLink();
  for (int i = 0; i < 5; ++i) BreakLink();
  link_.Take();
  DeliverAttached(0);
  ExpectMessage(1, 0);
}

TEST_F(SessionAgainTest, WhatTheServiceHadBeforeOpenedIsNotSentAgain) {
  MakePlain();
  Text(R"({"type":"message","data":1,"id":1})");
  Text(R"({"type":"message","data":2,"id":2})");
  BreakLink();
  v1::DownFrame frame;
  frame.mutable_opened()->set_session_id(link_.Take().open().session_id());
  frame.mutable_opened()->set_last_id(1);
  Deliver(frame);
  EXPECT_EQ(socket_.Next().at("last_id").as_int64(), 1);
  ExpectMessage(2, 1);
}

TEST_F(SessionAgainTest, AGapIsFilled) {
  OpenV1();
  for (const std::uint64_t id : {1U, 2U, 3U}) Message(id);
  link_.frames.clear();
  v1::DownFrame frame;
  frame.mutable_gap()->set_last_id(1);
  Deliver(frame);
  ExpectMessage(2, 1);
  ExpectMessage(3, 2);
  EXPECT_TRUE(link_.frames.empty());
  // One from before, overtaken by an acknowledgement.
  DeliverAck(3);
  Deliver(frame);
  EXPECT_TRUE(link_.frames.empty());
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionAgainTest, AWindowThatFillsWithoutALinkStopsTheReadingUntilThereIsOne) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  for (std::uint64_t id = 1; id <= kMaxUnacknowledgedMessages; ++id) {
    EXPECT_FALSE(socket_.paused);
    Message(id);
  }
  EXPECT_TRUE(socket_.paused);
  MendLink();
  link_.Take();
  EXPECT_TRUE(socket_.paused);
  DeliverAttached(0);
  EXPECT_EQ(link_.frames.size(), kMaxUnacknowledgedMessages);
  EXPECT_TRUE(socket_.paused) << "nothing is acknowledged";
  DeliverAck(1);
  EXPECT_FALSE(socket_.paused);
}

TEST_F(SessionAgainTest, ReadingGoesOnWithWhatTheServiceHadAlready) {
  OpenV1();
  for (std::uint64_t id = 1; id <= kMaxUnacknowledgedMessages; ++id) Message(id);
  EXPECT_TRUE(socket_.paused);
  BreakLink();
  DeliverAttached(kMaxUnacknowledgedMessages);
  EXPECT_FALSE(socket_.paused);
}

TEST_F(SessionAgainTest, MovesAndMessagesSentAgainAreCounted) {
  OpenV1();
  link_.is_ready = false;
  Message(1);
  BreakLink();
  Message(2);
  MendLink();
  DeliverAttached(0);
  std::map<std::string, double> counted;
  for (const auto& family : registry_.Collect()) {
    if (family.metric.size() == 1) counted[family.name] = family.metric[0].counter.value;
  }
  EXPECT_EQ(counted.at("signaling_session_moves_total"), 1);
  EXPECT_EQ(counted.at("signaling_messages_resent_total"), 1) << "the second was sent only once";
}

}  // namespace
}  // namespace signaling::gateway
