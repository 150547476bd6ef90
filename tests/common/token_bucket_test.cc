#include "services/common/token_bucket.h"

#include <gtest/gtest.h>

#include <limits>

namespace signaling {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A third of a second is no whole number of nanoseconds.
constexpr TokenRate kThreeASecond{.tokens = 3, .per = seconds(1), .burst = 2};
constexpr TokenBucket::Time kStart = hours(1000);

TEST(TokenBucketTest, HoldsItsBurstAndNoMore) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.IsFull(kThreeASecond, kStart));
  EXPECT_TRUE(bucket.Take(kThreeASecond, kStart));
  EXPECT_TRUE(bucket.Take(kThreeASecond, kStart));
  EXPECT_FALSE(bucket.Take(kThreeASecond, kStart));
  const auto later = kStart + hours(24);
  EXPECT_TRUE(bucket.IsFull(kThreeASecond, later));
  EXPECT_TRUE(bucket.Take(kThreeASecond, later));
  EXPECT_TRUE(bucket.Take(kThreeASecond, later));
  EXPECT_FALSE(bucket.Take(kThreeASecond, later));
}

TEST(TokenBucketTest, SaysToTheNanosecondWhenThereIsOneAgain) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.UntilToken(kThreeASecond, kStart), seconds(0));
  bucket.Take(kThreeASecond, kStart);
  bucket.Take(kThreeASecond, kStart);
  const auto wait = bucket.UntilToken(kThreeASecond, kStart);
  EXPECT_EQ(wait, nanoseconds(333'333'334));
  EXPECT_FALSE(bucket.Take(kThreeASecond, kStart + wait - nanoseconds(1)));
  EXPECT_EQ(bucket.UntilToken(kThreeASecond, kStart + wait - nanoseconds(1)), nanoseconds(1));
  EXPECT_TRUE(bucket.Take(kThreeASecond, kStart + wait));
}

TEST(TokenBucketTest, DoesNotDriftHoweverItIsAsked) {
  TokenBucket bucket;
  bucket.Take(kThreeASecond, kStart);
  bucket.Take(kThreeASecond, kStart);
  int taken = 0;
  // Greedily, at odd times, for 1000 s: 3000 tokens come back.
  for (auto now = kStart; now < kStart + seconds(1000); now += nanoseconds(7'654'321)) {
    if (bucket.Take(kThreeASecond, now)) ++taken;
  }
  EXPECT_EQ(taken, 2999) << "the last comes back at the end itself";
  EXPECT_TRUE(bucket.Take(kThreeASecond, kStart + seconds(1000)));
  EXPECT_FALSE(bucket.Take(kThreeASecond, kStart + seconds(1000)));
}

TEST(TokenBucketTest, LessThanOneASecond) {
  constexpr TokenRate kRate{.tokens = 1, .per = seconds(5), .burst = 10};
  TokenBucket bucket;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(bucket.Take(kRate, kStart));
  EXPECT_EQ(bucket.UntilToken(kRate, kStart), seconds(5));
  EXPECT_FALSE(bucket.Take(kRate, kStart + milliseconds(4999)));
  EXPECT_TRUE(bucket.Take(kRate, kStart + seconds(5)));
  EXPECT_FALSE(bucket.IsFull(kRate, kStart + milliseconds(54'999)));
  EXPECT_TRUE(bucket.IsFull(kRate, kStart + seconds(55)));
}

TEST(TokenBucketTest, TheLargestRateAndTheLongestTimeFit) {
  constexpr TokenRate kRate{.tokens = 1'000'000, .per = seconds(1), .burst = 3'000'000};
  TokenBucket bucket;
  for (int i = 0; i < 3'000'000; ++i) ASSERT_TRUE(bucket.Take(kRate, kStart));
  EXPECT_FALSE(bucket.Take(kRate, kStart));
  EXPECT_EQ(bucket.UntilToken(kRate, kStart), nanoseconds(1000));
  EXPECT_TRUE(bucket.IsFull(kRate, nanoseconds(std::numeric_limits<std::int64_t>::max())));
}

TEST(TokenBucketTest, TimeThatGoesBackGivesNothing) {
  TokenBucket bucket;
  bucket.Take(kThreeASecond, kStart);
  bucket.Take(kThreeASecond, kStart - seconds(10));
  EXPECT_FALSE(bucket.Take(kThreeASecond, kStart - seconds(5)));
  EXPECT_FALSE(bucket.Take(kThreeASecond, kStart));
  EXPECT_TRUE(bucket.Take(kThreeASecond, kStart + seconds(1)));
}

TEST(TokenBucketTest, WithASmallerBurstItLacksNoMoreThanAllOfIt) {
  constexpr TokenRate kLarge{.tokens = 1, .per = seconds(1), .burst = 1000};
  constexpr TokenRate kSmall{.tokens = 1, .per = seconds(1), .burst = 2};
  TokenBucket bucket;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(bucket.Take(kLarge, kStart));
  EXPECT_EQ(bucket.UntilToken(kSmall, kStart), seconds(1)) << "not the 999 s that it lacked before";
  EXPECT_TRUE(bucket.Take(kSmall, kStart + seconds(1)));
  EXPECT_FALSE(bucket.Take(kSmall, kStart + seconds(1)));
  EXPECT_TRUE(bucket.Take(kLarge, kStart + seconds(1))) << "and there is room again";
}

}  // namespace
}  // namespace signaling
