#include "services/common/drain_pace.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

TEST(DrainPaceTest, FewGoAtTheGivenRate) {
  const DrainPace pace(1000, absl::Seconds(25), 500);
  EXPECT_EQ(pace.MayBeGone(absl::ZeroDuration()), 1u) << "the first waits for nobody";
  EXPECT_EQ(pace.MayBeGone(absl::Milliseconds(100)), 51u);
  EXPECT_EQ(pace.MayBeGone(absl::Seconds(1)), 501u);
  EXPECT_EQ(pace.MayBeGone(absl::Seconds(2)), 1000u);
  EXPECT_EQ(pace.MayBeGone(absl::InfiniteDuration()), 1000u);
}

TEST(DrainPaceTest, ManyGoAsFastAsTheDeadlineNeeds) {
  const DrainPace pace(100'000, absl::Seconds(25), 500);
  EXPECT_EQ(pace.MayBeGone(absl::Seconds(10)), 50'001u);
  EXPECT_LT(pace.MayBeGone(absl::Milliseconds(19'900)), 100'000u);
  EXPECT_EQ(pace.MayBeGone(absl::Seconds(20)), 100'000u) << "80 % of the deadline";
}

TEST(DrainPaceTest, NeverFalls) {
  const DrainPace pace(777, absl::Seconds(3), 10);
  std::size_t before = 0;
  for (absl::Duration at = absl::ZeroDuration(); at < absl::Seconds(4);
       at += absl::Milliseconds(7)) {
    const std::size_t gone = pace.MayBeGone(at);
    EXPECT_GE(gone, before);
    before = gone;
  }
  EXPECT_EQ(before, 777u);
}

TEST(DrainPaceTest, NoTimeIsAllAtOnceAndNobodyIsNoWait) {
  EXPECT_EQ(DrainPace(9, absl::ZeroDuration(), 1).MayBeGone(absl::ZeroDuration()), 9u);
  EXPECT_EQ(DrainPace(0, absl::ZeroDuration(), 1).MayBeGone(absl::ZeroDuration()), 0u);
  EXPECT_EQ(DrainPace(0, absl::Seconds(25), 500).MayBeGone(absl::Seconds(1)), 0u);
  EXPECT_EQ(DrainPace(9, absl::Seconds(25), 500).MayBeGone(-absl::Seconds(1)), 0u);
}

}  // namespace
}  // namespace signaling
