#include "services/signaling/rpc/stream_lifetime.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

using Step = StreamLifetime::Step;

constexpr absl::Duration kBegin = absl::Seconds(1000);

TEST(StreamLifetimeTest, TellsHalfAMinuteBeforeTheEnd) {
  StreamLifetime lifetime(absl::Hours(1), kBegin, 0);
  const absl::Duration end = kBegin + absl::Hours(1);
  EXPECT_EQ(lifetime.Next(kBegin), Step::kNone);
  EXPECT_EQ(lifetime.Next(end - absl::Seconds(31)), Step::kNone);
  EXPECT_EQ(lifetime.Next(end - absl::Seconds(30)), Step::kGoAway);
  EXPECT_EQ(lifetime.Left(end - absl::Seconds(29)), absl::Seconds(29));
  EXPECT_EQ(lifetime.Next(end - absl::Seconds(29)), Step::kNone) << "once";
  EXPECT_EQ(lifetime.Next(end), Step::kEnd);
  EXPECT_EQ(lifetime.Left(end + absl::Seconds(1)), absl::ZeroDuration());
}

TEST(StreamLifetimeTest, EndsAreSpreadOverATenth) {
  StreamLifetime earliest(absl::Seconds(100), kBegin, 1);
  EXPECT_EQ(earliest.Next(kBegin + absl::Seconds(59)), Step::kNone);
  EXPECT_EQ(earliest.Next(kBegin + absl::Seconds(60)), Step::kGoAway);
  EXPECT_EQ(earliest.Next(kBegin + absl::Seconds(90)), Step::kEnd);
}

TEST(StreamLifetimeTest, AShortLifeIsToldOfInItsMiddle) {
  StreamLifetime lifetime(absl::Seconds(10), kBegin, 0);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Milliseconds(4999)), Step::kNone);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(5)), Step::kGoAway);
}

TEST(StreamLifetimeTest, ATokenThatEndsEarlierLimitsIt) {
  StreamLifetime lifetime(absl::Hours(1), kBegin, 0);
  lifetime.Limit(kBegin, absl::InfiniteDuration());
  EXPECT_EQ(lifetime.Left(kBegin), absl::Hours(1)) << "it does not lengthen";
  lifetime.Limit(kBegin, absl::Minutes(10));
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(569)), Step::kNone);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(570)), Step::kGoAway);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Minutes(10)), Step::kEnd);
}

TEST(StreamLifetimeTest, WhatIsLeftOfAShortTokenIsUsed) {
  StreamLifetime lifetime(absl::Hours(1), kBegin, 0);
  lifetime.Limit(kBegin, absl::Seconds(10));
  EXPECT_EQ(lifetime.Next(kBegin + absl::Milliseconds(4999)), Step::kNone);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(5)), Step::kGoAway);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(10)), Step::kEnd);
}

TEST(StreamLifetimeTest, WithoutAnAgeItLivesUntilItsServerStops) {
  StreamLifetime lifetime(absl::ZeroDuration(), kBegin, 0.5);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Hours(1'000'000)), Step::kNone);
  EXPECT_TRUE(lifetime.EndBy(kBegin + absl::Seconds(25)));
  EXPECT_EQ(lifetime.Next(kBegin), Step::kNone) << "told already";
  EXPECT_EQ(lifetime.Left(kBegin), absl::Seconds(25));
  EXPECT_FALSE(lifetime.EndBy(kBegin + absl::Seconds(30)));
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(25)), Step::kEnd) << "the earlier one holds";
}

TEST(StreamLifetimeTest, AServerThatStopsFindsOutThatTheClientKnows) {
  StreamLifetime lifetime(absl::Seconds(100), kBegin, 0);
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(70)), Step::kGoAway);
  EXPECT_FALSE(lifetime.EndBy(kBegin + absl::Seconds(75)));
  EXPECT_EQ(lifetime.Next(kBegin + absl::Seconds(75)), Step::kEnd);
}

}  // namespace
}  // namespace signaling
