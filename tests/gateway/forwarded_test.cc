#include "gateway/forwarded.h"

#include <gtest/gtest.h>

namespace signaling::gateway {
namespace {

IpAddress Ip(const char* text) { return boost::asio::ip::make_address(text); }

TrustedProxies Trust(const std::vector<std::string>& list) {
  auto proxies = TrustedProxies::Parse(list);
  EXPECT_TRUE(proxies.ok()) << proxies.status();
  return proxies.ok() ? *proxies : TrustedProxies();
}

TEST(TrustedProxiesTest, AddressesAndPrefixes) {
  const TrustedProxies proxies =
      Trust({"192.0.2.1", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::7", "fd00:1::/31"});
  for (const char* inside : {"192.0.2.1", "::ffff:192.0.2.1", "10.255.0.1", "172.31.255.255",
                             "2001:db8::7", "fd00:1::1", "fd00:0:ffff::"}) {
    EXPECT_TRUE(proxies.Contains(Ip(inside))) << inside;
  }
  for (const char* outside :
       {"192.0.2.2", "11.0.0.1", "172.32.0.0", "2001:db8::8", "fd00:2::1", "::"}) {
    EXPECT_FALSE(proxies.Contains(Ip(outside))) << outside;
  }
  EXPECT_TRUE(Trust({"0.0.0.0/0"}).Contains(Ip("203.0.113.9")));
  EXPECT_FALSE(Trust({"0.0.0.0/0"}).Contains(Ip("2001:db8::1")));
  EXPECT_FALSE(Trust({}).Contains(Ip("127.0.0.1")));
}

TEST(TrustedProxiesTest, WhatCannotBeIsNamed) {
  for (const char* bad : {"", "proxy", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "fd00::/129",
                          "10.0.0/8", "10.0.0.0/8/8", " 10.0.0.1"}) {
    const auto proxies = TrustedProxies::Parse({"127.0.0.1", bad});
    ASSERT_FALSE(proxies.ok()) << bad;
    EXPECT_EQ(std::string(proxies.status().message()).rfind("'", 0), 0U);
  }
}

class ClientAddressTest : public ::testing::Test {
 protected:
  std::string From(const char* peer, const char* header) {
    return ClientAddress(Ip(peer), header, trusted_).to_string();
  }
  TrustedProxies trusted_ = Trust({"10.0.0.0/8", "fd00::/8"});
};

TEST_F(ClientAddressTest, WhoIsNotTrustedIsNotBelieved) {
  EXPECT_EQ(From("192.0.2.1", "203.0.113.5"), "192.0.2.1");
  trusted_ = {};
  EXPECT_EQ(From("10.0.0.1", "203.0.113.5"), "10.0.0.1");
}

TEST_F(ClientAddressTest, TheRightMostThatIsNoProxyIsTheClient) {
  EXPECT_EQ(From("10.0.0.1", "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(From("fd00::1", "2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(From("10.0.0.1", "203.0.113.5, 10.1.1.1 ,10.2.2.2"), "203.0.113.5");
  EXPECT_EQ(From("10.0.0.1", "198.51.100.7, 203.0.113.5"), "203.0.113.5")
      << "what is left of it anybody can have written";
  EXPECT_EQ(From("10.0.0.1", "forged!, 203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(From("::ffff:10.0.0.1", "::ffff:203.0.113.5"), "203.0.113.5");
}

TEST_F(ClientAddressTest, PortsDoNotMatter) {
  EXPECT_EQ(From("10.0.0.1", "203.0.113.5:4711"), "203.0.113.5");
  EXPECT_EQ(From("10.0.0.1", "[2001:db8::5]:4711"), "2001:db8::5");
  EXPECT_EQ(From("10.0.0.1", "[2001:db8::5]"), "2001:db8::5");
}

TEST_F(ClientAddressTest, WhereAllAreProxiesItIsTheFirst) {
  EXPECT_EQ(From("10.0.0.1", "10.0.0.9, 10.0.0.2"), "10.0.0.9");
}

TEST_F(ClientAddressTest, WhatIsNoAddressLeavesThePeer) {
  EXPECT_EQ(From("10.0.0.1", ""), "10.0.0.1");
  for (const char* bad : {"unknown", "203.0.113.5,", ",", "203.0.113.5, x", "x, 10.0.0.2",
                          "[203.0.113.5:", "203.0.113.256", ":4711", "_hidden"}) {
    EXPECT_EQ(From("10.0.0.1", bad), "10.0.0.1") << bad;
  }
}

}  // namespace
}  // namespace signaling::gateway
