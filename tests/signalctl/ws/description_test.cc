#include "services/signalctl/call/description.h"

#include <gtest/gtest.h>

#include "services/signaling/core/ice.h"
#include "services/signaling/core/sdp.h"

namespace signaling::ctl {
namespace {

TEST(DescriptionTest, TheServiceTakesIt) {
  for (int i = 0; i < 20; ++i) {
    const Description description;
    EXPECT_TRUE(CheckSdp(description.Offer(1)).ok()) << CheckSdp(description.Offer(1));
    EXPECT_TRUE(CheckSdp(description.Answer(~std::uint64_t{0} >> 1)).ok());
  }
  EXPECT_TRUE(CheckCandidate(Description::Candidate(1)).ok());
  EXPECT_TRUE(CheckCandidate(Description::Candidate(0x7fffffff)).ok());
}

TEST(DescriptionTest, TwoPeersDiffer) {
  EXPECT_NE(Description().Offer(1), Description().Offer(1));
  const Description one;
  EXPECT_EQ(one.Offer(1), one.Offer(1));
  EXPECT_NE(one.Offer(1), one.Offer(2));
  EXPECT_NE(one.Offer(1), one.Answer(1));
}

TEST(DescriptionTest, NumbersComeBack) {
  const Description description;
  EXPECT_EQ(VersionOf(description.Offer(7)), 7U);
  EXPECT_EQ(VersionOf(description.Answer(123456789012)), 123456789012U);
  EXPECT_EQ(NumberOfCandidate(Description::Candidate(77)), 77U);
}

TEST(DescriptionTest, WhatIsNotOursHasNoNumber) {
  EXPECT_EQ(VersionOf(""), 0U);
  EXPECT_EQ(VersionOf("v=0\r\no=- 1"), 0U);
  EXPECT_EQ(VersionOf("v=0\r\no=- 1 x IN IP4 0.0.0.0\r\n"), 0U);
  EXPECT_EQ(NumberOfCandidate(""), 0U);
  EXPECT_EQ(NumberOfCandidate("candidate:9 1 udp 5 192.0.2.1 1 typ host"), 0U);
}

}  // namespace
}  // namespace signaling::ctl
