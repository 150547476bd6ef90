// How a session stays, and how it ends.
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using SessionEndTest = SessionFixture;

TEST_F(SessionEndTest, ByeEndsWithoutAWord) {
  OpenV1();
  Text(R"({"type":"bye"})");
  EXPECT_EQ(socket_.close_code, CloseCode::kNormal);
  EXPECT_FALSE(socket_.HasNext());
  ExpectDetach(v1::Detach::CAUSE_BYE);
  EXPECT_EQ(admission_.sessions(), 0u);
}

TEST_F(SessionEndTest, TheClientsCloseIsBye) {
  OpenV1();
  session_->OnEnd(1000, CloseSide::kClient);
  ExpectDetach(v1::Detach::CAUSE_BYE);
}

TEST_F(SessionEndTest, ACloseWithoutACodeIsBye) {
  OpenV1();
  session_->OnEnd(1005, CloseSide::kClient);
  ExpectDetach(v1::Detach::CAUSE_BYE);
}

TEST_F(SessionEndTest, GoingAwayIsABreak) {
  OpenV1();
  session_->OnEnd(1001, CloseSide::kClient);
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, ABrokenConnectionIsABreak) {
  OpenV1();
  session_->OnEnd(1006, CloseSide::kNone);
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, WhatTheLibraryRefusesIsAFault) {
  OpenV1();
  session_->OnEnd(1007, CloseSide::kServer);
  ExpectDetach(v1::Detach::CAUSE_FAULT);
}

TEST_F(SessionEndTest, BinaryIsRefused) {
  OpenV1();
  session_->OnBinary();
  ExpectEnd("invalid_message", CloseCode::kBinary, "close");
  ExpectDetach(v1::Detach::CAUSE_FAULT);
}

TEST_F(SessionEndTest, TooLargeIsRefused) {
  OpenV1();
  session_->OnTooLarge();
  ExpectEnd("message_too_large", CloseCode::kTooBig, "close");
  ExpectDetach(v1::Detach::CAUSE_FAULT);
}

TEST_F(SessionEndTest, WhatComesAfterTheEndIsDropped) {
  OpenV1();
  session_->OnBinary();
  link_.Take();
  Text(R"({"type":"message","data":1})");
  session_->OnTooLarge();
  session_->OnSignOfLife();
  session_->Drain();
  EXPECT_FALSE(session_->GoAway({}));
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionEndTest, PingsAThirdOfTheTimeoutAndClosesAtItsEnd) {
  OpenV1();
  Advance(kTimeout / 3);
  EXPECT_EQ(socket_.pings, 1);
  Advance(std::chrono::milliseconds(200));
  EXPECT_EQ(socket_.pings, 1) << "once is enough";
  Advance(kTimeout / 3);
  EXPECT_EQ(socket_.pings, 2);
  Advance(kTimeout / 3);
  EXPECT_EQ(socket_.close_code, CloseCode::kIdleTimeout);
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, AnyFrameIsLife) {
  OpenV1();
  for (int i = 0; i < 10; ++i) {
    Advance(kTimeout / 2);
    session_->OnSignOfLife();
  }
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionEndTest, WhoIsHeardIsPingedAllTheSame) {
  OpenV1();
  session_->OnSignOfLife();
  Advance(kTimeout / 3);
  session_->OnSignOfLife();
  Advance(kTimeout / 3);
  EXPECT_EQ(socket_.pings, 2) << "for the round trip";
}

TEST_F(SessionEndTest, RoundTripsAreToldWithoutANumber) {
  OpenV1();
  session_->OnRoundTrip(std::chrono::microseconds(1'234'567));
  v1::UpFrame frame = link_.Take();
  ASSERT_TRUE(frame.has_round_trip()) << frame.ShortDebugString();
  EXPECT_EQ(frame.id(), 0u);
  EXPECT_EQ(frame.round_trip().duration().seconds(), 1);
  EXPECT_EQ(frame.round_trip().duration().nanos(), 234'567'000);
  session_->OnRoundTrip(Duration::zero());
  EXPECT_EQ(link_.Take().round_trip().duration().nanos(), 0);
}

TEST_F(SessionEndTest, RoundTripsOfNoSessionAreNotTold) {
  MakeV1();
  session_->OnRoundTrip(std::chrono::milliseconds(1));
  Text(R"({"type":"hello"})");
  session_->OnRoundTrip(std::chrono::milliseconds(1));
  Greet();
  EXPECT_TRUE(link_.frames.empty());
  Text(R"({"type":"bye"})");
  session_->OnRoundTrip(std::chrono::milliseconds(1));
  ExpectDetach(v1::Detach::CAUSE_BYE);
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionEndTest, AProbeIsAnsweredByTheFirstSignOfLifeAfterIt) {
  OpenV1();
  session_->OnSignOfLife();
  EXPECT_TRUE(link_.frames.empty());
  v1::DownFrame frame;
  frame.mutable_probe();
  Deliver(frame);
  EXPECT_EQ(socket_.pings, 1);
  session_->OnSignOfLife();
  EXPECT_TRUE(link_.Take().has_alive());
  session_->OnSignOfLife();
  EXPECT_TRUE(link_.frames.empty());
}

TEST_F(SessionEndTest, ANoticeIsPassedOnAndOneThatIsNotKnownIgnored) {
  OpenV1();
  v1::DownFrame frame;
  frame.mutable_notice();
  Deliver(frame);
  EXPECT_FALSE(socket_.HasNext());
  frame.mutable_notice()->mutable_ice_servers()->add_servers()->add_urls("stun:a");
  Deliver(frame);
  EXPECT_EQ(boost::json::serialize(socket_.Next()),
            R"({"type":"ice_servers","ice_servers":[{"urls":["stun:a"]}]})");
}

TEST_F(SessionEndTest, WhoTakesTooFewEventsIsClosed) {
  OpenV1();
  socket_.slow = true;
  for (std::uint64_t seq = 1; seq <= 128; ++seq) DeliverEvent(seq);
  EXPECT_FALSE(socket_.close_code);
  socket_.next = socket_.messages.size();
  DeliverEvent(129);
  ExpectEnd("slow_consumer", CloseCode::kSlowConsumer, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, WhoTakesTooFewBytesIsClosed) {
  OpenV1();
  socket_.slow = true;
  const std::string data = "\"" + std::string(60'000, 'x') + "\"";
  DeliverEvent(1, data);
  DeliverEvent(2, data);
  EXPECT_FALSE(socket_.close_code);
  socket_.next = socket_.messages.size();
  DeliverEvent(3, data);
  ExpectEnd("slow_consumer", CloseCode::kSlowConsumer, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, OnlyWhatTheClientDoesNotTakeCounts) {
  OpenV1();
  socket_.lazy = true;
  const std::string data = "\"" + std::string(100'000, 'x') + "\"";
  for (std::uint64_t seq = 1; seq <= 5; ++seq) DeliverEvent(seq, data);
  for (std::uint64_t seq = 6; seq <= 500; ++seq) DeliverEvent(seq);
  EXPECT_FALSE(socket_.close_code);
}

TEST_F(SessionEndTest, WhoPingsAndDoesNotReadIsClosed) {
  OpenV1();
  socket_.bytes = std::size_t{256} * 1024 + 1;
  session_->OnSignOfLife();
  ExpectEnd("slow_consumer", CloseCode::kSlowConsumer, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionEndTest, APeerThatDoesNotCloseIsDropped) {
  OpenV1();
  Text(R"({"type":"bye"})");
  link_.Take();
  Advance(std::chrono::seconds(2));
  EXPECT_FALSE(socket_.dropped);
  Advance(std::chrono::seconds(1));
  EXPECT_TRUE(socket_.dropped);
}

TEST_F(SessionEndTest, TheServiceEndsASessionWithItsCode) {
  OpenV1();
  v1::DownFrame frame;
  frame.mutable_closed()->set_close_code(4504);
  frame.mutable_closed()->mutable_error()->set_reason(v1::ERROR_REASON_SESSION_REPLACED);
  frame.mutable_closed()->mutable_error()->set_action(v1::ERROR_ACTION_CLOSE);
  Deliver(frame);
  ExpectEnd("session_replaced", CloseCode::kSessionReplaced, "close");
}

struct Removal {
  v1::ErrorReason reason;
  CloseCode close_code;
  std::string type;
};
void PrintTo(const Removal& removal, std::ostream* out) { *out << removal.type; }

class SessionRemovalTest : public SessionFixture, public testing::WithParamInterface<Removal> {};

TEST_P(SessionRemovalTest, IsToldWithItsReason) {
  OpenV1();
  v1::DownFrame frame;
  frame.mutable_closed()->set_close_code(static_cast<std::uint32_t>(GetParam().close_code));
  v1::Error& error = *frame.mutable_closed()->mutable_error();
  error.set_reason(GetParam().reason);
  error.set_message("too loud");
  error.set_action(v1::ERROR_ACTION_CLOSE);
  Deliver(frame);
  const auto removal = socket_.Next();
  EXPECT_EQ(Type(removal), GetParam().type);
  EXPECT_EQ(Field(removal, "reason"), "too loud");
  EXPECT_FALSE(removal.contains("seq"));
  ExpectEnd(GetParam().type, GetParam().close_code, "close");
  EXPECT_TRUE(link_.frames.empty()) << "the slot is free already";
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, SessionRemovalTest,
    testing::Values(Removal{v1::ERROR_REASON_KICKED, CloseCode::kKicked, "kicked"},
                    Removal{v1::ERROR_REASON_ROOM_CLOSED, CloseCode::kRoomClosed, "room_closed"}),
    [](const auto& test) { return test.param.type; });

TEST_F(SessionEndTest, ASocketThatIsDestroyedFreesItsSlot) {
  OpenV1();
  session_.reset();
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

}  // namespace
}  // namespace signaling::gateway
