// How sessions go when the gateway stops.
#include "gateway/session_drain.h"

#include <array>
#include <memory>
#include <vector>

#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using std::chrono::milliseconds;

class SessionDrainTest : public SessionFixture {
 protected:
  void DrainFor(Duration time) {
    clock_.Set(clock_.now() + time);
    drain_.Tick(clock_.now());
    session_->Tick();
  }

  SessionDrain drain_{context_.sessions, {.timeout = absl::Seconds(10), .per_second = 500}};
};

TEST_F(SessionDrainTest, IsToldFirstAndClosedASecondAfterItShouldHaveGone) {
  OpenV1();
  drain_.Begin(clock_.now());
  const auto go_away = socket_.Next();
  EXPECT_EQ(Type(go_away), "go_away");
  EXPECT_EQ(Field(go_away, "reason"), "draining");
  const std::int64_t ms = go_away.at("reconnect_after_ms").as_int64();
  EXPECT_GE(ms, 0);
  EXPECT_LE(ms, 1000);
  DrainFor(milliseconds(ms + 999));
  EXPECT_FALSE(socket_.HasNext());
  EXPECT_TRUE(link_.frames.empty());
  DrainFor(milliseconds(1));
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionDrainTest, GoesOnUntilThen) {
  OpenV1();
  drain_.Begin(clock_.now());
  socket_.Next();
  Text(R"({"type":"message","data":1,"id":1})");
  EXPECT_EQ(link_.Take().id(), 1u);
  DeliverEvent(1);
  EXPECT_EQ(socket_.Next().at("seq").as_int64(), 1);
}

TEST_F(SessionDrainTest, IsToldOnce) {
  OpenV1();
  drain_.Begin(clock_.now());
  drain_.Begin(clock_.now());
  DrainFor(milliseconds(10));
  DrainFor(milliseconds(10));
  socket_.Next();
  EXPECT_FALSE(socket_.HasNext());
}

TEST_F(SessionDrainTest, WhoHasNotSaidHelloGoesAtOnce) {
  MakeV1();
  drain_.Begin(clock_.now());
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
}

TEST_F(SessionDrainTest, WhoHasNotHeardOfASessionIsClosedInItsTurn) {
  MakeV1();
  Text(R"({"type":"hello"})");
  link_.Take();
  drain_.Begin(clock_.now());
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionDrainTest, AtTheDeadlineAllGo) {
  SessionDrain drain(context_.sessions, {.timeout = absl::Milliseconds(500), .per_second = 500});
  OpenV1();
  drain.Begin(clock_.now());
  EXPECT_EQ(Type(socket_.Next()), "go_away");
  clock_.Set(clock_.now() + milliseconds(500));
  drain.Tick(clock_.now());
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
  EXPECT_FALSE(socket_.dropped) << "its last words leave first";
  clock_.Set(clock_.now() + milliseconds(500));
  drain.Tick(clock_.now());
  EXPECT_TRUE(socket_.dropped);
}

TEST_F(SessionDrainTest, WhoWasNotToldInTimeIsToldAtTheDeadline) {
  OpenV1();
  session_->Leave();
  EXPECT_EQ(Type(socket_.Next()), "go_away");
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
  ExpectDetach(v1::Detach::CAUSE_BROKEN);
}

TEST_F(SessionDrainTest, WhoWaitsForALinkGoesLikeTheOthers) {
  OpenV1();
  link_.is_ready = false;
  BreakLink();
  drain_.Begin(clock_.now());
  EXPECT_EQ(Type(socket_.Next()), "go_away");
  DrainFor(milliseconds(2000));
  ExpectEnd("draining", CloseCode::kDraining, "reconnect");
}

TEST_F(SessionDrainTest, ThePaceIsKept) {
  constexpr std::size_t kSessions = 20;
  Admission admission({.max_sockets = kSessions, .max_sessions = kSessions});
  SessionContext context = Context(settings_, admission);
  std::array<FakeLink, kSessions> links;
  std::array<FakeSocket, kSessions> sockets;
  std::vector<std::unique_ptr<Session>> sessions;
  link_.is_ready = false;
  // Each has a link of its own, and all are of one worker.
  for (std::size_t i = 0; i < kSessions; ++i) {
    link_.elsewhere = &links[i];
    Upgrade upgrade{.path = v1::SESSION_PATH_PLAIN, .room = "r"};
    sessions.push_back(std::make_unique<Session>(context, sockets[i], std::move(upgrade)));
    sessions.back()->OnOpen();
    v1::DownFrame frame;
    frame.mutable_opened()->set_session_id("s" + std::to_string(i));
    links[i].receiver->OnFrame(frame);
  }
  SessionDrain drain(context.sessions, {.timeout = absl::Seconds(100), .per_second = 10});
  const auto told = [&] {
    int count = 0;
    for (const FakeSocket& socket : sockets) count += socket.messages.size() == 2 ? 1 : 0;
    return count;
  };
  const Instant begin = clock_.now();
  drain.Begin(begin);
  EXPECT_EQ(told(), 1);
  drain.Tick(begin + milliseconds(99));
  EXPECT_EQ(told(), 1);
  drain.Tick(begin + milliseconds(100));
  EXPECT_EQ(told(), 2);
  drain.Tick(begin + milliseconds(1000));
  EXPECT_EQ(told(), 11);
  drain.Tick(begin + milliseconds(1900));
  EXPECT_EQ(told(), 20);
}

}  // namespace
}  // namespace signaling::gateway
