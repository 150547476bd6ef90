// Streams that end before their sessions: at their age, and since the service stops.
#include <atomic>
#include <thread>

#include "services/signaling/core/durations.h"
#include "signaling/v1/rooms.grpc.pb.h"
#include "tests/signaling/rpc/gateway_link.h"
#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class AgeingTest : public ServiceTest {
 protected:
  static constexpr absl::Duration kAge = absl::Seconds(8);
  AgeingTest() : ServiceTest({.max_stream_age = kAge}) {}
};

TEST_F(AgeingTest, AGatewayMovesItsSessionsToANewStreamInTime) {
  Link old(channel_);
  old.Hello();
  old.AddOpen(1, "", "ann");
  old.Flush();
  const v1::Opened opened = old.Event().opened();
  const v1::GoAway go_away = old.AwaitGoAway();
  const auto deadline = FromProto(go_away.deadline());
  ASSERT_TRUE(deadline);
  EXPECT_GT(*deadline, absl::ZeroDuration());
  EXPECT_LE(*deadline, kAge / 2);

  Link fresh(channel_);
  fresh.Hello();
  fresh.AddAttach(5, opened, 0);
  fresh.Flush();
  EXPECT_EQ(fresh.Event().opened().epoch(), opened.epoch());
  EXPECT_EQ(old.Event().closed().close_code(), 4504u) << "the old slot is free";
  const grpc::Status ended = old.Finish();
  EXPECT_TRUE(ended.ok()) << ended.error_message();
  ASSERT_NO_FATAL_FAILURE(fresh.Sync(5, 1));
  EXPECT_EQ(engine_.Stats().detached, 0u);
  fresh.Add(5).mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
  fresh.Flush();
  EXPECT_TRUE(fresh.Event().has_closed());
  EXPECT_TRUE(fresh.Finish().ok());
}

TEST_F(AgeingTest, StreamsEndByThemselvesAndNeverWithTheirConnection) {
  // On one connection, which is told to go between the beginnings of the streams.
  const auto stub = v1::RoomService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(TestDeadline());
  const auto watch = stub->WatchEvents(&context, {});
  v1::WatchEventsResponse response;
  ASSERT_TRUE(watch->Read(&response));
  Link link(channel_);
  link.Hello();
  link.AddOpen(1, "", "ann");
  link.Flush();
  EXPECT_TRUE(link.Event().has_opened());
  link.AwaitGoAway();
  ConnectClient bob(channel_);
  bob.Open("bob");
  const v1::Opened opened = bob.Event().opened();

  while (watch->Read(&response)) {
  }
  constexpr char kOurs[] = "the stream has had its time: open another one";
  const grpc::Status watched = watch->Finish();
  EXPECT_EQ(watched.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(watched.error_message(), kOurs);
  const grpc::Status linked = link.AwaitEnd();
  EXPECT_EQ(linked.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(linked.error_message(), kOurs);

  const v1::DownFrame notice = bob.Event();
  EXPECT_EQ(notice.seq(), 0u);
  const auto after = FromProto(notice.notice().go_away().reconnect_after());
  ASSERT_TRUE(notice.notice().has_go_away() && after);
  EXPECT_LT(*after, absl::Seconds(1));
  const grpc::Status ended = bob.Finish();
  EXPECT_EQ(ended.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ended.error_message(), kOurs);
  AwaitDetached(2);
  ConnectClient again(channel_);
  again.Resume(opened, 0);
  EXPECT_TRUE(again.Event().opened().resumed());
}

class DrainingTest : public ServiceTest {
 protected:
  // An hour: what has to wait for it fails the test.
  void Drain(double sessions_per_second) {
    drain_ = std::thread([this, sessions_per_second] {
      server_->Drain(absl::Hours(1), sessions_per_second);
      drained_ = true;
    });
    Await([this] { return !server_->Ready().ok(); });
  }
  void AwaitDrained() {
    Await([this] { return drained_.load(); });
    drain_.join();
  }

  std::thread drain_;
  std::atomic<bool> drained_{false};
};

TEST_F(DrainingTest, GatewaysWithoutSessionsDelayNothing) {
  Link link(channel_);
  link.Hello();
  Link silent(channel_);
  Drain(1);
  EXPECT_EQ(link.AwaitEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(silent.AwaitEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  AwaitDrained();
  EXPECT_TRUE(server_->Healthy().ok()) << server_->Healthy();
}

TEST_F(DrainingTest, SessionsOfGatewaysAreClosedOneAfterTheOther) {
  constexpr std::uint32_t kSessions = 4;
  Link link(channel_);
  link.Hello();
  for (std::uint32_t slot = 1; slot <= kSessions; ++slot) {
    link.AddOpen(slot, "", "c" + std::to_string(slot));
  }
  link.Flush();
  for (std::uint32_t i = 0; i < kSessions; ++i) EXPECT_TRUE(link.Event().has_opened());
  const auto begin = std::chrono::steady_clock::now();
  Drain(2);
  const auto deadline = FromProto(link.AwaitGoAway().deadline());
  ASSERT_TRUE(deadline);
  EXPECT_GT(*deadline, absl::Minutes(50)) << "or its age, which is up to a tenth shorter";
  link.AddOpen(9, "", "late");
  link.Flush();
  std::uint32_t gone = 0;
  bool refused = false;
  while (gone < kSessions || !refused) {
    const v1::DownFrame frame = link.Event();
    ASSERT_TRUE(frame.has_closed()) << frame.ShortDebugString();
    if (frame.slot() == 9) {
      EXPECT_EQ(frame.closed().close_code(), 4000u);
      refused = true;
    } else {
      EXPECT_EQ(frame.closed().error().reason(), v1::ERROR_REASON_UNAVAILABLE);
      EXPECT_EQ(frame.closed().close_code(), 1012u);
      ++gone;
    }
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
  EXPECT_EQ(link.AwaitEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  AwaitDrained();
}

TEST_F(DrainingTest, ClientsOfConnectAreToldAndThenEnded) {
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  ConnectClient silent(channel_);  // without a session
  Drain(500);
  EXPECT_TRUE(ann.Event().notice().has_go_away());
  EXPECT_EQ(ann.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(silent.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  AwaitDrained();
  EXPECT_EQ(engine_.Stats().detached, 1u) << "for whom state outlives the process";
  ConnectClient late(channel_);
  EXPECT_EQ(late.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(DrainingTest, TheDeadlineEndsWhoIsLeft) {
  Link link(channel_);
  link.Hello();
  link.AddOpen(1, "r", "ann");
  link.Flush();
  EXPECT_TRUE(link.Event().has_opened());
  server_->Drain(absl::ZeroDuration(), 1);
  EXPECT_FALSE(server_->Ready().ok());
  server_->Shutdown(absl::Seconds(30));
  EXPECT_EQ(link.AwaitEnd().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(engine_.Stats().detached, 1u);
}

}  // namespace
}  // namespace signaling
