// How the links end, whatever they are doing. That they do is what the fixture's TearDown holds them to.
#include <gtest/gtest.h>

#include <memory>

#include "tests/gateway/link/link_fixture.h"

namespace signaling::gateway {
namespace {

using LinkSetEndTest = LinkSetTest;

TEST_F(LinkSetEndTest, EndsBeforeItHasBegun) {}

TEST_F(LinkSetEndTest, EndsWhereNobodyAnswers) {
  links_.SetReplicas({"127.0.0.1:1"});
  RunUntil([this] { return downs_ > 0; });
}

TEST_F(LinkSetEndTest, EndsWhileItConnects) {
  FakeService service;
  links_.SetReplicas({service.address()});
}

TEST_F(LinkSetEndTest, EndsWhileItWaitsForAGreeting) {
  FakeService service;
  service.set_is_silent(true);
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.streams() == 1; });
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  EXPECT_FALSE(service.WaitForEnd());
}

TEST_F(LinkSetEndTest, EndsWhenAllHasBeenSent) {
  FakeService service;
  Connect({&service});
  AddPeers(3);
  peers_.clear();
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(service.WaitForDetach(), signaling::v1::Detach::CAUSE_BYE);
  EXPECT_TRUE(service.WaitForEnd());
}

TEST_F(LinkSetEndTest, EndsWhileItGoesAway) {
  FakeService service;
  Connect({&service});
  AddPeers(2);
  service.set_refuses(true);
  service.GoAway(absl::Seconds(30));
  RunUntilReady(false);
  links_.Shutdown();
  RunUntil([this] { return links_.over(); });
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 1; }));
  EXPECT_TRUE(service.WaitForEnd());
}

TEST_F(LinkSetEndTest, EndsBetweenTwoAttempts) {
  auto service = std::make_unique<FakeService>();
  Connect({service.get()});
  service.reset();
  RunUntilReady(false);
}

}  // namespace
}  // namespace signaling::gateway
