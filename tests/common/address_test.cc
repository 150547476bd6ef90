#include "services/common/address.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

TEST(AddressTest, BracketsIpv6) {
  EXPECT_EQ(HostPort("127.0.0.1", 1), "127.0.0.1:1");
  EXPECT_EQ(HostPort("::1", 1), "[::1]:1");
}

TEST(AddressTest, WhatIsNotGuardedListensBeyondLoopbackOnlyWhenAsked) {
  const Guard open{.missing = "nobody stands at the door (--guard)"};
  for (const char* address : {"127.0.0.1", "127.8.0.1", "::1"}) {
    EXPECT_TRUE(CheckListenAddress(address, open).ok()) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    EXPECT_EQ(CheckListenAddress(address, open).message(),
              "--address=" + std::string(address) +
                  " is reachable from outside and nobody stands at the door (--guard); say "
                  "--allow_anonymous if that is meant");
    EXPECT_TRUE(CheckListenAddress(address, {.allow_anonymous = true}).ok()) << address;
    EXPECT_TRUE(CheckListenAddress(address, {.guarded = true}).ok()) << address;
  }
}

TEST(AddressTest, WhoListensEverywhereIsReachedAtIpv4Loopback) {
  for (const char* address : {"0.0.0.0", "::", "::0", "127.0.0.1"}) {
    EXPECT_EQ(DialAddress(address), "127.0.0.1") << address;
  }
  EXPECT_EQ(DialAddress("::1"), "::1");
  EXPECT_EQ(DialAddress("192.0.2.1"), "192.0.2.1");
}

TEST(AddressTest, ANameIsNoAddress) {
  EXPECT_FALSE(CheckListenAddress("localhost", {.guarded = true, .allow_anonymous = true}).ok());
}

}  // namespace
}  // namespace signaling
