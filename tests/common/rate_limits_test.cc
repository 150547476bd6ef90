#include "services/common/rate_limits.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

using std::chrono::seconds;

void Expect(const RateLimits& limits, Limit limit, int tokens, int burst) {
  const TokenRate rate = RateOf(limits, limit);
  EXPECT_EQ(rate.tokens, tokens) << LimitName(limit);
  EXPECT_EQ(rate.burst, burst) << LimitName(limit);
  EXPECT_EQ(rate.per, limit == Limit::kAuthentication ? seconds(5) : seconds(1));
}

TEST(RateLimitsTest, TheDefaultsAreThoseOfTheProtocol) {
  for (const char* text : {"", "default"}) {
    const auto limits = ParseRateLimits(text);
    ASSERT_TRUE(limits.ok()) << limits.status();
    EXPECT_TRUE(limits->enabled);
    Expect(*limits, Limit::kDescription, 5, 128);
    Expect(*limits, Limit::kCandidate, 50, 128);
    Expect(*limits, Limit::kOther, 20, 128);
    Expect(*limits, Limit::kConnection, 20, 60);
    Expect(*limits, Limit::kAuthentication, 1, 10);
    Expect(*limits, Limit::kCall, 50, 100);
  }
}

TEST(RateLimitsTest, OffLiftsAll) {
  const auto limits = ParseRateLimits("off");
  ASSERT_TRUE(limits.ok());
  EXPECT_FALSE(limits->enabled);
}

TEST(RateLimitsTest, AListChangesSome) {
  const auto limits = ParseRateLimits("burst=200,candidate=1,connection=7,call=9,authentication=3");
  ASSERT_TRUE(limits.ok()) << limits.status();
  EXPECT_TRUE(limits->enabled);
  Expect(*limits, Limit::kDescription, 5, 200);
  Expect(*limits, Limit::kCandidate, 1, 200);
  Expect(*limits, Limit::kOther, 20, 200);
  Expect(*limits, Limit::kConnection, 7, 21);
  Expect(*limits, Limit::kAuthentication, 1, 3);
  Expect(*limits, Limit::kCall, 9, 18);
  const auto most = ParseRateLimits("description=1000000,other=1000000");
  ASSERT_TRUE(most.ok());
  Expect(*most, Limit::kDescription, 1'000'000, 128);
  Expect(*most, Limit::kOther, 1'000'000, 128);
}

TEST(RateLimitsTest, WhatCannotBeIsNamed) {
  for (const char* text : {"on", "Off", "off,burst=200", "burst=200,", "offers=5", "description",
                           "description=", "description=0", "description=-1", "description=x",
                           "description=1.5", "burst=127", "candidate=1000001", "other=20,other=20",
                           " other=20", "connection=99999999999999999999"}) {
    const auto limits = ParseRateLimits(text);
    ASSERT_FALSE(limits.ok()) << text;
    const std::string message(limits.status().message());
    EXPECT_EQ(message.rfind("'", 0), 0U) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace signaling
