#include "services/common/address.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

TEST(AddressTest, BracketsIpv6) {
  EXPECT_EQ(HostPort("127.0.0.1", 1), "127.0.0.1:1");
  EXPECT_EQ(HostPort("::1", 1), "[::1]:1");
}

TEST(AddressTest, ListensBeyondLoopbackOnlyWhenAsked) {
  EXPECT_TRUE(CheckListenAddress("127.0.0.1", false).ok());
  EXPECT_TRUE(CheckListenAddress("127.8.0.1", false).ok());
  EXPECT_TRUE(CheckListenAddress("::1", false).ok());
  EXPECT_FALSE(CheckListenAddress("0.0.0.0", false).ok());
  EXPECT_FALSE(CheckListenAddress("::", false).ok());
  EXPECT_TRUE(CheckListenAddress("0.0.0.0", true).ok());
  EXPECT_FALSE(CheckListenAddress("localhost", true).ok());
}

}  // namespace
}  // namespace signaling
