#include "services/signaling/rpc/token_times.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

class TokenTimesTest : public ::testing::Test {
 protected:
  std::size_t TakenAt(absl::Duration when) { return times_.Take(start_ + when).size(); }

  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  TokenTimes times_{{.notice = absl::Seconds(30), .grace = absl::Seconds(25)}};
};

TEST_F(TokenTimesTest, EachEndComesTwice) {
  times_.Set(1, start_ + absl::Minutes(1));
  times_.Set(2, start_ + absl::Minutes(2));
  EXPECT_EQ(TakenAt(absl::Seconds(29)), 0u);
  const auto near = times_.Take(start_ + absl::Seconds(30));
  ASSERT_EQ(near.size(), 1u);
  EXPECT_EQ(near[0].slot, 1u);
  EXPECT_EQ(near[0].expires, start_ + absl::Minutes(1));
  EXPECT_FALSE(near[0].over);
  EXPECT_EQ(TakenAt(absl::Seconds(84)), 0u);
  const auto over = times_.Take(start_ + absl::Seconds(85));
  ASSERT_EQ(over.size(), 1u);
  EXPECT_TRUE(over[0].over);
  EXPECT_EQ(TakenAt(absl::Seconds(89)), 0u);
  EXPECT_EQ(TakenAt(absl::Hours(1)), 2u) << "both of the other, after a long pause";
  EXPECT_EQ(TakenAt(absl::Hours(2)), 0u);
}

TEST_F(TokenTimesTest, ANewEndTakesThePlaceOfTheOld) {
  times_.Set(1, start_ + absl::Minutes(1));
  EXPECT_EQ(TakenAt(absl::Seconds(31)), 1u);
  times_.Set(1, start_ + absl::Minutes(10));
  EXPECT_EQ(TakenAt(absl::Minutes(9)), 0u);
  EXPECT_EQ(TakenAt(absl::Minutes(9) + absl::Seconds(30)), 1u) << "it is told anew";
}

TEST_F(TokenTimesTest, WhatIsGoneOrHasNoEndIsNotTold) {
  times_.Set(1, start_);
  times_.Clear(1);
  times_.Clear(1);
  times_.Set(2, absl::InfiniteFuture());
  EXPECT_EQ(TakenAt(absl::Hours(1000)), 0u);
}

}  // namespace
}  // namespace signaling
