#include "services/common/message_limiter.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Taken = MessageLimiter::Taken;
using Time = MessageLimiter::Time;

constexpr milliseconds kTick{200};

class MessageLimiterTest : public ::testing::Test {
 protected:
  Taken Take(Limit kind) { return limiter_.Take(limits_, kind, now_); }
  // All but the last token of a bucket.
  void TakeAllButOne(Limit kind) {
    for (int i = 1; i < limits_.burst; ++i) ASSERT_EQ(Take(kind), Taken::kReadOn) << i;
  }
  bool Tick() {
    now_ += kTick;
    return limiter_.OnTick(limits_, now_);
  }
  // How many messages are read before the next tick, where so many wait.
  int ReadUntilEmpty(Limit kind, int waiting) {
    int read = 0;
    while (!limiter_.empty() && read < waiting) {
      Take(kind);
      ++read;
    }
    return read;
  }

  RateLimits limits_;
  MessageLimiter limiter_;
  Time now_ = hours(5);
};

TEST_F(MessageLimiterTest, TheLastTokenStopsTheReadingUntilThereIsOneAgain) {
  TakeAllButOne(Limit::kDescription);
  EXPECT_FALSE(limiter_.empty());
  EXPECT_EQ(Take(Limit::kDescription), Taken::kEpisodeBegins);
  EXPECT_TRUE(limiter_.empty());
  EXPECT_EQ(limiter_.UntilToken(limits_, now_), milliseconds(200));
  now_ -= milliseconds(1);
  EXPECT_FALSE(Tick());
  EXPECT_TRUE(limiter_.empty());
  now_ += milliseconds(1) - kTick;
  EXPECT_TRUE(Tick());
  EXPECT_FALSE(limiter_.empty());
}

TEST_F(MessageLimiterTest, EachKindHasItsOwnBucket) {
  TakeAllButOne(Limit::kDescription);
  TakeAllButOne(Limit::kCandidate);
  TakeAllButOne(Limit::kOther);
  EXPECT_EQ(Take(Limit::kCandidate), Taken::kEpisodeBegins);
  EXPECT_EQ(limiter_.UntilToken(limits_, now_), milliseconds(20));
}

TEST_F(MessageLimiterTest, AFloodIsReadAtTheRateAndToldOnce) {
  TakeAllButOne(Limit::kCandidate);
  ASSERT_EQ(Take(Limit::kCandidate), Taken::kEpisodeBegins);
  int read = 0;
  for (int tick = 0; tick < 20; ++tick) {  // 4 s
    ASSERT_TRUE(Tick());
    EXPECT_FALSE(limiter_.lasts_too_long(now_));
    while (!limiter_.empty()) {
      ASSERT_NE(Take(Limit::kCandidate), Taken::kEpisodeBegins);
      ++read;
    }
  }
  EXPECT_EQ(read, 4 * 50);
}

TEST_F(MessageLimiterTest, FiveSecondsOfItAreTooLong) {
  TakeAllButOne(Limit::kOther);
  ASSERT_EQ(Take(Limit::kOther), Taken::kEpisodeBegins);
  const Time begin = now_;
  while (now_ + kTick < begin + seconds(5)) {
    Tick();
    ReadUntilEmpty(Limit::kOther, 1000);
    ASSERT_FALSE(limiter_.lasts_too_long(now_)) << (now_ - begin).count();
  }
  now_ = begin + seconds(5);
  EXPECT_TRUE(limiter_.lasts_too_long(now_));
}

TEST_F(MessageLimiterTest, ATickWithoutAnEmptyBucketEndsTheEpisode) {
  TakeAllButOne(Limit::kOther);
  ASSERT_EQ(Take(Limit::kOther), Taken::kEpisodeBegins);
  EXPECT_TRUE(Tick());
  EXPECT_EQ(Take(Limit::kOther), Taken::kReadOn);  // of 4 tokens
  EXPECT_FALSE(Tick());
  ReadUntilEmpty(Limit::kOther, 6);
  EXPECT_FALSE(limiter_.empty());
  EXPECT_EQ(Take(Limit::kOther), Taken::kEpisodeBegins) << "a new one";
  now_ += seconds(4);
  EXPECT_FALSE(limiter_.lasts_too_long(now_));
}

// What comes at a steady rate after a burst; read as the limiter allows, at once where it does. Whether the episode was
// over before it was too long.
bool CatchesUp(const RateLimits& limits, double per_second) {
  MessageLimiter limiter;
  Time now = hours(1);
  for (int i = 0; i < limits.burst; ++i) limiter.Take(limits, Limit::kCandidate, now);
  const Time gap(static_cast<std::int64_t>(1e9 / per_second));
  Time next_message = now + gap;
  int waiting = 0;
  for (Time tick = now;;) {
    // The clock stands still between two ticks.
    for (; next_message < tick + kTick; next_message += gap) {
      ++waiting;
      if (limiter.empty()) continue;
      for (; waiting > 0 && !limiter.empty(); --waiting) {
        limiter.Take(limits, Limit::kCandidate, tick);
      }
    }
    if (tick > now && !limiter.empty()) return true;
    tick += kTick;
    if (limiter.lasts_too_long(tick)) return false;
    limiter.OnTick(limits, tick);
    for (; waiting > 0 && !limiter.empty(); --waiting) {
      limiter.Take(limits, Limit::kCandidate, tick);
    }
  }
}

TEST_F(MessageLimiterTest, WhoSendsLessThanTheRateCatchesUp) {
  EXPECT_TRUE(CatchesUp(limits_, 10));
  EXPECT_TRUE(CatchesUp(limits_, 40));
  EXPECT_TRUE(CatchesUp(limits_, 47));
  EXPECT_FALSE(CatchesUp(limits_, 52));
  EXPECT_FALSE(CatchesUp(limits_, 500));
}

TEST_F(MessageLimiterTest, OffCountsNothing) {
  limits_.enabled = false;
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(Take(Limit::kOther), Taken::kReadOn);
  EXPECT_FALSE(limiter_.empty());
}

TEST_F(MessageLimiterTest, WithoutLimitsThoseWhoWaitedAreReadAgain) {
  TakeAllButOne(Limit::kOther);
  ASSERT_EQ(Take(Limit::kOther), Taken::kEpisodeBegins);
  limits_.enabled = false;
  EXPECT_TRUE(limiter_.OnTick(limits_, now_));
  EXPECT_FALSE(limiter_.empty());
  EXPECT_EQ(Take(Limit::kOther), Taken::kReadOn);
}

}  // namespace
}  // namespace signaling
