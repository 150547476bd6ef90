// The links of a worker against real services: where sessions go, and when they are told to.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "tests/gateway/link/link_fixture.h"
#include "tests/support/kept_port.h"

namespace signaling::gateway {
namespace {

using namespace std::chrono_literals;

TEST_F(LinkSetTest, SpreadsSessionsOverTheReplicas) {
  FakeService one;
  FakeService two;
  Connect({&one, &two});
  AddPeers(10);
  EXPECT_EQ(one.held(), 5u);
  EXPECT_EQ(two.held(), 5u);
  ExpectEchoes();
}

TEST_F(LinkSetTest, ABreakMovesItsSessionsToAnotherReplica) {
  auto one = std::make_unique<FakeService>();
  FakeService two;
  Connect({one.get(), &two});
  AddPeers(4);
  for (const auto& peer : peers_) peer->Say();
  one.reset();
  RunUntil([this] {
    return All([](const Peer& peer) { return peer.received == peer.said || peer.over; });
  });
  int broken = 0;
  for (const auto& peer : peers_) {
    broken += peer->breaks;
    // The other service does not know it: they share no engine.
    EXPECT_EQ(peer->over, peer->breaks == 1);
  }
  EXPECT_EQ(broken, 2);
  EXPECT_TRUE(links_.ready());
}

TEST_F(LinkSetTest, ABreakIsMendedAndNothingIsLost) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  for (int i = 1; i <= 3; ++i) {
    for (const auto& peer : peers_) peer->Say();
    service.BreakStreams();
    RunUntil([this, i] { return All([i](const Peer& peer) { return peer.breaks == i; }); });
    ExpectEchoes();
    EXPECT_FALSE(service.WaitForEnd());
  }
  EXPECT_EQ(service.attached(), 9);
}

TEST_F(LinkSetTest, WhoGoesAwayIsFollowedByASecondStreamFirst) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  ExpectEchoes();
  for (const auto& peer : peers_) peer->Say();
  service.GoAway(absl::Seconds(30));
  RunUntil([this] { return All([](const Peer& peer) { return peer.moves == 1; }); });
  ExpectEchoes();
  RunUntil([&service] { return service.streams() == 1; });
  EXPECT_TRUE(service.WaitForEnd()) << "the old stream broke";
  EXPECT_EQ(service.held(), 3u);
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
}

TEST_F(LinkSetTest, WhoGoesAwayWithoutSessionsIsReplacedToo) {
  FakeService service;
  Connect({&service});
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  RunUntilReady(true);
  RunUntil([&service] { return service.streams() == 1; });
  EXPECT_TRUE(service.WaitForEnd());
  AddPeers(1);
  ExpectEchoes();
}

TEST_F(LinkSetTest, WhereTheReplicaTakesNoOtherStreamSessionsMoveElsewhere) {
  FakeService draining;
  FakeService other;
  Connect({&draining, &other});
  AddPeers(4);
  draining.set_refuses(true);
  draining.GoAway(absl::Seconds(30));
  RunUntil([this] {
    int moves = 0;
    for (const auto& peer : peers_) moves += peer->moves;
    return moves == 2;
  });
  ExpectEnd(draining);
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
  EXPECT_TRUE(links_.ready());
}

TEST_F(LinkSetTest, WhereThereIsNoOtherPlaceSessionsStayToTheEnd) {
  FakeService service;
  Connect({&service});
  AddPeers(2);
  service.set_refuses(true);
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  EXPECT_EQ(links_.Pick(), nullptr);
  RunUntil([&service] { return service.attempts() >= 3; });
  ExpectEchoes();
  EXPECT_TRUE(All([](const Peer& peer) { return peer.moves == 0 && peer.breaks == 0; }));
  service.BreakStreams();
  RunUntil([this] { return All([](const Peer& peer) { return peer.breaks == 1; }); });
  service.set_refuses(false);
  ExpectEchoes();
  EXPECT_EQ(service.attached(), 2);
}

TEST_F(LinkSetTest, AStreamThatOutlivesItsDeadlineIsEnded) {
  FakeService service;
  Connect({&service});
  AddPeers(1);
  service.set_refuses(true);
  service.GoAway(absl::Milliseconds(1500));
  RunUntilReady(false);
  links_.Tick(std::chrono::steady_clock::now() + 3s);
  EXPECT_EQ(peers_[0]->breaks, 0);
  links_.Tick(std::chrono::steady_clock::now() + 4s);
  RunUntil([this] { return peers_[0]->breaks == 1; });
}

TEST_F(LinkSetTest, AServiceThatIsGoneIsFoundAgain) {
  auto service = std::make_unique<FakeService>();
  Connect({service.get()});
  AddPeers(2);
  const int port = service->port();
  const KeptPort kept(port);
  service.reset();
  RunUntilReady(false);
  EXPECT_GT(downs_, 0);
  EXPECT_EQ(links_.Pick(), nullptr);
  service = std::make_unique<FakeService>(port);
  RunUntil([this] { return All([](const Peer& peer) { return peer.over; }); });
  EXPECT_TRUE(links_.ready());
  peers_.clear();
  AddPeers(1);
  ExpectEchoes();
}

TEST_F(LinkSetTest, WhoIsNotGreetedIsLeft) {
  FakeService service;
  service.set_is_silent(true);
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.streams() == 1; });
  service.set_is_silent(false);
  EXPECT_EQ(links_.Pick(), nullptr);
  links_.Tick(std::chrono::steady_clock::now() + 6s);
  RunUntilReady(true);
  EXPECT_FALSE(service.WaitForEnd());
}

TEST_F(LinkSetTest, AReplicaThatIsNoLongerNamedKeepsItsSessionsAndGetsNone) {
  FakeService removed;
  FakeService kept;
  Connect({&removed, &kept});
  AddPeers(4);
  links_.SetReplicas({kept.address()});
  AddPeers(4);
  EXPECT_EQ(removed.held(), 2u);
  EXPECT_EQ(kept.held(), 6u);
  ExpectEchoes();
  peers_.clear();
  ExpectEnd(removed);
  EXPECT_EQ(kept.streams(), 1u);
}

// It is not opened again: there is nothing to wait for, and its deadline may be near.
TEST_F(LinkSetTest, AReplicaThatIsNoLongerNamedIsLeftAtOnceWhenItGoesAway) {
  FakeService removed;
  FakeService kept;
  Connect({&removed, &kept});
  const Instant up = std::chrono::steady_clock::now();
  AddPeers(4);
  links_.SetReplicas({kept.address()});
  // Up for so long that it would be opened again, were it still named.
  RunUntil([up] { return std::chrono::steady_clock::now() - up > 1100ms; });
  removed.GoAway(absl::Seconds(60));
  RunUntil([this] {
    int moves = 0;
    for (const auto& peer : peers_) moves += peer->moves;
    return moves == 2;
  });
  ExpectEnd(removed);
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
}

TEST_F(LinkSetTest, AReplicaThatComesBackIsUsedAgain) {
  FakeService one;
  FakeService two;
  Connect({&one});
  links_.SetReplicas({two.address()});
  ExpectEnd(one);
  links_.SetReplicas({one.address(), two.address()});
  RunUntil([&] {
    AddPeers(1);
    return one.held() > 0 && two.held() > 0;
  });
}

}  // namespace
}  // namespace signaling::gateway
