// What the links of a worker count.
#include <gtest/gtest.h>

#include <string>

#include "tests/gateway/link/link_fixture.h"
#include "tests/gateway/samples.h"

namespace signaling::gateway {
namespace {

class LinkMetricsTest : public LinkSetTest {
 protected:
  double Breaks() const { return Sample(registry_, "signaling_link_breaks_total"); }
  double Batches(const char* direction) const {
    return Sample(registry_, "signaling_link_batch_frames", direction);
  }
  double Frames(const char* direction) const {
    return Sum(registry_, "signaling_link_batch_frames", direction);
  }
};

TEST_F(LinkMetricsTest, FramesAreCountedByBatch) {
  FakeService service;
  Connect({&service});
  EXPECT_EQ(Batches("sent"), 0) << "a greeting is no batch";
  EXPECT_EQ(Batches("received"), 0);
  AddPeers(10);
  ExpectEchoes();
  // Ten openings and ten messages, and what answers them.
  EXPECT_EQ(Frames("sent"), 20);
  EXPECT_EQ(Frames("received"), 20);
  EXPECT_GE(Batches("sent"), 2);
  EXPECT_LT(Batches("sent"), 20) << "what comes together leaves together";
}

TEST_F(LinkMetricsTest, ABreakCountsAndALinkThatCannotBeMadeDoesNot) {
  FakeService service;
  Connect({&service});
  EXPECT_EQ(links_.usable(), 1u);
  AddPeers(2);
  EXPECT_EQ(Breaks(), 0);
  service.set_refuses(true);
  ::testing::internal::CaptureStdout();
  service.BreakStreams();
  const int attempts = service.attempts();
  RunUntil([&] { return service.attempts() >= attempts + 2; });
  EXPECT_EQ(links_.usable(), 0u);
  EXPECT_EQ(Breaks(), 1);
  EXPECT_NE(::testing::internal::GetCapturedStdout().find("\"up_ms\":"), std::string::npos);
  service.set_refuses(false);
  RunUntilReady(true);
  EXPECT_EQ(links_.usable(), 1u);
  EXPECT_EQ(Breaks(), 1);
}

TEST_F(LinkMetricsTest, WhoGoesAwayBreaksNothing) {
  FakeService service;
  Connect({&service});
  AddPeers(2);
  service.GoAway(absl::Seconds(30));
  RunUntil([this] { return All([](const Peer& peer) { return peer.moves == 1; }); });
  ExpectEchoes();
  EXPECT_EQ(Breaks(), 0);
}

TEST_F(LinkMetricsTest, LinksThatTakeSessionsAreCounted) {
  FakeService one;
  FakeService two;
  EXPECT_EQ(links_.usable(), 0u);
  Connect({&one, &two});
  EXPECT_EQ(links_.usable(), 2u);
}

}  // namespace
}  // namespace signaling::gateway
