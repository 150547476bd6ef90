#include "tests/signaling/rpc/gateway_link.h"
#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using MultiplexTest = ServiceTest;

TEST_F(MultiplexTest, GreetsOnceWithTheReplica) {
  Link link(channel_);
  const std::string replica = link.Hello().replica_id();
  EXPECT_FALSE(replica.empty());
  Link second(channel_);
  EXPECT_EQ(second.Hello().replica_id(), replica);
  EXPECT_TRUE(link.Finish().ok());
  EXPECT_TRUE(second.Finish().ok());
}

TEST_F(MultiplexTest, HelloHasToComeFirst) {
  Link link(channel_);
  link.AddOpen(1, "r", "ann");
  link.Flush();
  EXPECT_EQ(link.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(MultiplexTest, SessionsOfTwoGatewaysMeet) {
  Link a(channel_);
  Link b(channel_);
  a.Hello();
  b.Hello();
  a.AddOpen(1, "r", "ann");
  a.Flush();
  EXPECT_EQ(a.Event().opened().client_id(), "ann");
  b.AddOpen(1, "r", "bob");
  b.Flush();
  EXPECT_EQ(b.Event().opened().room().participants(0).client_id(), "ann");
  EXPECT_TRUE(a.Event().room().has_participant_joined());

  constexpr int kRounds = 20;
  constexpr int kRound = 100;  // far below what an outbox holds, whatever is slow
  int sent = 0;
  int received = 0;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (int i = 0; i < kRound; ++i) {
      v1::UpFrame& frame = b.Add(1);
      frame.set_after_id(static_cast<std::uint64_t>(sent));
      frame.set_id(static_cast<std::uint64_t>(++sent));
      frame.mutable_signal()->mutable_ice_candidate()->set_candidate(
          "candidate:" + std::to_string(sent) + " 1 udp 1 192.0.2.1 9 typ host");
      if (sent % 50 == 0) {
        ASSERT_TRUE(b.Flush());
      }
    }
    for (int i = 0; i < kRound; ++i) {
      ASSERT_EQ(a.Event().signal().ice_candidate().candidate(),
                "candidate:" + std::to_string(++received) + " 1 udp 1 192.0.2.1 9 typ host");
    }
    ASSERT_NO_FATAL_FAILURE(a.Sync(1, round));
  }
  b.Break();
  b.Finish();
  AwaitDetached(1);
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(a.Event().room().participant_connection().connected());
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(a.Event().room().participant_left().reason(), v1::LEAVE_REASON_TIMEOUT)
      << "no gateway came for it";
  a.Add(1).mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
  a.Flush();
  EXPECT_TRUE(a.Event().has_closed());
  EXPECT_TRUE(a.Finish().ok());
}

TEST_F(MultiplexTest, TwoThousandJoinsOverTwoLinksLeaveFiveIn) {
  constexpr std::uint32_t kSlots = 1000;
  Link a(channel_);
  Link b(channel_);
  const auto load = [](Link& link, const char* prefix, int* opened, int* full) {
    link.Hello();
    for (std::uint32_t slot = 1; slot <= kSlots; ++slot) {
      link.AddOpen(slot, "r", prefix + std::to_string(slot));
      if (slot % 100 == 0) {
        ASSERT_TRUE(link.Flush());
      }
    }
    while (*opened + *full < static_cast<int>(kSlots)) {
      const v1::DownFrame event = link.Event();
      if (event.has_opened()) ++*opened;
      if (event.has_closed()) {
        EXPECT_EQ(event.closed().error().reason(), v1::ERROR_REASON_ROOM_FULL);
        ++*full;
      }
    }
  };
  int opened[2] = {};
  int full[2] = {};
  std::thread other([&] { load(b, "b", &opened[1], &full[1]); });
  load(a, "a", &opened[0], &full[0]);
  other.join();
  EXPECT_EQ(opened[0] + opened[1], 5);
  EXPECT_EQ(full[0] + full[1], 1995);
  EXPECT_EQ(engine_.Stats().participants, 5u);
  EXPECT_TRUE(a.Finish().ok());
  EXPECT_TRUE(b.Finish().ok());
  AwaitDetached(5);
}

TEST_F(MultiplexTest, AnOpeningThatWaitsWhileTheLinkBreaksLeavesNothing) {
  Link a(channel_);
  a.Hello();
  a.AddOpen(1, "r", "ann");
  a.Flush();
  a.Event();
  Link b(channel_);
  b.Hello();
  b.AddOpen(1, "r", "ann");
  b.Flush();
  EXPECT_TRUE(a.Event().has_probe());
  b.Break();
  b.Finish();
  AwaitDetached(1);
  EXPECT_TRUE(a.Finish().ok());
}

TEST_F(MultiplexTest, ASilentSessionLosesItsClientIdAfterTwoSeconds) {
  Link a(channel_);
  a.Hello();
  a.AddOpen(1, "r", "ann");
  a.AddOpen(2, "r", "ann");
  a.Flush();
  EXPECT_TRUE(a.Event().has_opened());
  EXPECT_TRUE(a.Event().has_probe());
  clock_.Advance(absl::Seconds(2));
  const v1::DownFrame closed = a.Event();
  EXPECT_EQ(closed.slot(), 1u);
  EXPECT_EQ(closed.closed().error().reason(), v1::ERROR_REASON_SESSION_REPLACED);
  EXPECT_EQ(a.Event().opened().client_id(), "ann");
  EXPECT_TRUE(a.Finish().ok());
}

}  // namespace
}  // namespace signaling
