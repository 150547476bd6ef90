// What a session measures.
#include "tests/gateway/samples.h"
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

class SessionMetricsTest : public SessionFixture {
 protected:
  double Count(const char* name) const { return Sample(registry_, name); }

  static v1::DownFrame Reply(std::uint64_t seq, std::uint64_t reply_to) {
    v1::DownFrame frame;
    frame.set_seq(seq);
    frame.set_reply_to(reply_to);
    return frame;
  }
  void DeliverJoined(std::uint64_t seq, std::uint64_t reply_to) {
    v1::DownFrame frame = Reply(seq, reply_to);
    frame.mutable_room()->mutable_joined()->set_room("yard");
    Deliver(frame);
  }
};

TEST_F(SessionMetricsTest, TheHandshakeIsMeasuredOnce) {
  EXPECT_EQ(Count("signaling_handshake_seconds"), 0);
  OpenV1();
  EXPECT_EQ(Count("signaling_handshake_seconds"), 1);
}

TEST_F(SessionMetricsTest, TheHandshakeCountsFromTheAcceptedSocket) {
  session_ = std::make_unique<Session>(
      context_, socket_,
      Upgrade{.path = v1::SESSION_PATH_V1,
              .accepted_at = std::chrono::steady_clock::now() - std::chrono::seconds(7)});
  session_->OnOpen();
  EXPECT_GE(Sum(registry_, "signaling_handshake_seconds"), 7);
  EXPECT_LT(Sum(registry_, "signaling_handshake_seconds"), 60);
}

TEST_F(SessionMetricsTest, AJoinIsMeasuredToItsJoined) {
  OpenV1();
  Text(R"({"type":"join","room":"yard","id":1})");
  EXPECT_EQ(Count("signaling_join_seconds"), 0);
  DeliverJoined(1, 1);
  EXPECT_EQ(Count("signaling_join_seconds"), 1);
  DeliverJoined(2, 1);
  EXPECT_EQ(Count("signaling_join_seconds"), 1) << "nobody waited for that";
  Text(R"({"type":"join","room":"yard"})");
  DeliverJoined(3, 2);
  EXPECT_EQ(Count("signaling_join_seconds"), 2) << "also where the client gives no ids";
}

TEST_F(SessionMetricsTest, OtherAnswersAreNoJoin) {
  OpenV1();
  Text(R"({"type":"join","room":"yard","id":1})");
  Text(R"({"type":"message","data":1,"id":2})");
  DeliverVerdict(1, 2, v1::ERROR_REASON_NOT_IN_ROOM);
  DeliverEvent(2);
  DeliverJoined(3, 1);
  EXPECT_EQ(Count("signaling_join_seconds"), 1) << "what comes between changes nothing";
  Text(R"({"type":"join","room":"yard","id":3})");
  DeliverVerdict(4, 3, v1::ERROR_REASON_ROOM_FULL);
  DeliverJoined(5, 3);
  EXPECT_EQ(Count("signaling_join_seconds"), 1) << "it was refused";
}

TEST_F(SessionMetricsTest, WhoKnocksIsNotMeasured) {
  OpenV1();
  Text(R"({"type":"join","room":"yard","id":1})");
  v1::DownFrame knock = Reply(1, 1);
  knock.mutable_room()->mutable_knock();
  Deliver(knock);
  DeliverJoined(2, 1);
  EXPECT_EQ(Count("signaling_join_seconds"), 0);
}

TEST_F(SessionMetricsTest, TheSameJoinAgainStartsNothing) {
  OpenV1();
  Text(R"({"type":"join","room":"yard","id":1})");
  DeliverJoined(1, 1);
  Text(R"({"type":"join","room":"yard","id":1})");
  DeliverJoined(2, 1);
  EXPECT_EQ(Count("signaling_join_seconds"), 1);
}

TEST_F(SessionMetricsTest, RoundTripsAreMeasured) {
  OpenV1();
  session_->OnRoundTrip(std::chrono::milliseconds(250));
  session_->OnRoundTrip(std::chrono::milliseconds(500));
  EXPECT_EQ(Count("signaling_ping_round_trip_seconds"), 2);
  EXPECT_DOUBLE_EQ(Sum(registry_, "signaling_ping_round_trip_seconds"), 0.75);
}

TEST_F(SessionMetricsTest, WhoTakesTooLittleIsCounted) {
  OpenV1();
  socket_.slow = true;
  for (int seq = 1; !socket_.close_code; ++seq) {
    DeliverEvent(static_cast<std::uint64_t>(seq));
    EXPECT_GT(session_->waiting_bytes(), 0u);
  }
  EXPECT_EQ(socket_.close_code, CloseCode::kSlowConsumer);
  session_->OnEnd(1006, CloseSide::kNone);
  EXPECT_EQ(Count("signaling_slow_consumers_total"), 1);
}

TEST_F(SessionMetricsTest, WhomTheServiceFindsTooSlowIsCounted) {
  OpenV1();
  v1::DownFrame frame;
  frame.mutable_closed()->set_close_code(4003);
  Deliver(frame);
  session_->OnEnd(1006, CloseSide::kNone);
  EXPECT_EQ(Count("signaling_slow_consumers_total"), 1);
}

TEST_F(SessionMetricsTest, AClientsOwnCodeIsNone) {
  OpenV1();
  session_->OnEnd(4003, CloseSide::kClient);
  EXPECT_EQ(Count("signaling_slow_consumers_total"), 0);
}

}  // namespace
}  // namespace signaling::gateway
