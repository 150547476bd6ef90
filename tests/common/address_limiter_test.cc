#include "services/common/address_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace signaling {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TokenBucket::Time kNow = hours(3);

TEST(AddressKeyTest, AnIpv6NetworkSharesOne) {
  EXPECT_EQ(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:3::1"));
}

TEST(AddressKeyTest, Ipv4IsTheSameInIpv6) {
  EXPECT_EQ(AddressKey("192.0.2.1"), AddressKey("::ffff:192.0.2.1"));
  EXPECT_NE(AddressKey("192.0.2.1"), AddressKey("192.0.2.2"));
  EXPECT_NE(AddressKey("::ffff:192.0.2.1"), AddressKey("::ffff:192.0.2.2"));
  EXPECT_NE(AddressKey("0.0.0.0"), AddressKey("::"));
}

TEST(AddressKeyTest, WhatIsNoAddressSharesOne) {
  EXPECT_EQ(AddressKey("unix:a"), AddressKey(""));
  EXPECT_NE(AddressKey(""), AddressKey("0.0.0.0"));
}

class AddressLimiterTest : public ::testing::Test {
 protected:
  const AddressKey one_{"192.0.2.1"};
  const AddressKey other_{"192.0.2.2"};
  AddressLimiter limiter_{{}};
};

TEST_F(AddressLimiterTest, ConnectionsOfOneAddressAreCounted) {
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limiter_.OnConnection(one_, kNow)) << i;
  const auto refusal = limiter_.OnConnection(one_, kNow);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->limit, Limit::kConnection);
  EXPECT_EQ(refusal->retry_after, milliseconds(50));
  EXPECT_FALSE(limiter_.OnConnection(other_, kNow));
  EXPECT_TRUE(limiter_.OnConnection(one_, kNow + milliseconds(49)));
  EXPECT_FALSE(limiter_.OnConnection(one_, kNow + milliseconds(50)));
  EXPECT_TRUE(limiter_.OnConnection(one_, kNow + milliseconds(50)));
}

TEST_F(AddressLimiterTest, FailedAuthenticationsSlowAnAddressDown) {
  for (int i = 0; i < 9; ++i) limiter_.OnFailedAuthentication(one_, kNow);
  EXPECT_FALSE(limiter_.OnConnection(one_, kNow));
  limiter_.OnFailedAuthentication(one_, kNow);
  limiter_.OnFailedAuthentication(one_, kNow);  // costs nothing more
  const auto refusal = limiter_.OnConnection(one_, kNow);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->limit, Limit::kAuthentication);
  EXPECT_EQ(refusal->retry_after, seconds(5));
  EXPECT_TRUE(limiter_.MayAuthenticate(one_, kNow));
  EXPECT_FALSE(limiter_.OnConnection(other_, kNow));
  EXPECT_FALSE(limiter_.OnConnection(one_, kNow + seconds(5)));
}

TEST_F(AddressLimiterTest, OffLiftsBoth) {
  AddressLimiter off({.enabled = false});
  for (int i = 0; i < 1000; ++i) {
    off.OnFailedAuthentication(one_, kNow);
    EXPECT_FALSE(off.OnConnection(one_, kNow));
    EXPECT_FALSE(off.MayAuthenticate(one_, kNow));
  }
}

TEST_F(AddressLimiterTest, NewLimitsHoldForAddressesThatAreKnown) {
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limiter_.OnConnection(one_, kNow)) << i;
  for (int i = 0; i < 10; ++i) limiter_.OnFailedAuthentication(one_, kNow);
  ASSERT_TRUE(limiter_.OnConnection(one_, kNow));
  limiter_.SetLimits({.connection = 30, .authentication = 11});
  EXPECT_FALSE(limiter_.MayAuthenticate(one_, kNow));
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(limiter_.OnConnection(one_, kNow)) << i;
  EXPECT_TRUE(limiter_.OnConnection(one_, kNow));
  limiter_.SetLimits({.enabled = false});
  EXPECT_FALSE(limiter_.OnConnection(one_, kNow));
  limiter_.SetLimits({.connection = 1});
  EXPECT_TRUE(limiter_.OnConnection(one_, kNow));
}

constexpr TokenRate kOneASecond{.tokens = 1, .per = seconds(1), .burst = 2};

TEST(BucketTableTest, WhatIsFullIsForgotten) {
  BucketTable<std::string> table(kOneASecond, 1000);
  for (int i = 0; i < 500; ++i) table.Take("a" + std::to_string(i), kNow);
  EXPECT_EQ(table.size(), 500U);
  // All of these are full now.
  for (int i = 0; i < 500; ++i) table.Take("b" + std::to_string(i), kNow + seconds(2));
  EXPECT_LT(table.size(), 600U) << "and nearly all of the old ones are gone";
}

TEST(BucketTableTest, WhoHasSpentMoreIsKeptWhereTheRestIsFull) {
  BucketTable<std::string> table(kOneASecond, 100);
  ASSERT_TRUE(table.Take("spent", kNow));
  ASSERT_TRUE(table.Take("spent", kNow));
  for (int i = 0; i < 10'000; ++i) {
    // Each of the others is full again before the next but one comes.
    table.Take("a" + std::to_string(i), kNow - seconds(10'000) + milliseconds(500) * i);
  }
  EXPECT_GT(table.UntilToken("spent", kNow), TokenBucket::Time::zero());
}

TEST(BucketTableTest, IsBoundedAlsoWhereNobodyIsFull) {
  BucketTable<int> table(kOneASecond, 100);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(table.Take(i, kNow));
    ASSERT_LE(table.size(), 100U);
  }
  EXPECT_EQ(table.size(), 100U);
}

TEST(BucketTableTest, ThreadsTakeNoMoreThanThereIs) {
  constexpr TokenRate kRate{.tokens = 1, .per = seconds(1), .burst = 1000};
  BucketTable<int> table(kRate, 10);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) taken += table.Take(7, kNow) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace signaling
