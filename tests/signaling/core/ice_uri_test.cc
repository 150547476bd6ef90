#include "services/signaling/core/ice_uri.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

TEST(IceUriTest, TakesWhatBrowsersTake) {
  for (const char* uri : {"stun:stun.example.org", "stun:stun.example.org:3478", "stuns:a:5349",
                          "stun:192.0.2.1", "stun:[2001:db8::1]:3478", "stun:[::1]"}) {
    EXPECT_TRUE(CheckStunUri(uri).ok()) << uri << ": " << CheckStunUri(uri);
  }
  for (const char* uri : {"turn:turn.example.org", "turn:turn.example.org:3478?transport=udp",
                          "turns:turn.example.org:443?transport=tcp", "turn:192.0.2.1:65535",
                          "turn:[2001:db8::1]?transport=tcp", "turns:turn_1.example.org"}) {
    EXPECT_TRUE(CheckTurnUri(uri).ok()) << uri << ": " << CheckTurnUri(uri);
  }
}

TEST(IceUriTest, RefusesWhatMakesABrowserThrow) {
  for (const char* uri : {"",
                          "stun",
                          "stun:",
                          "STUN:a",
                          "turn:a",
                          "http://a",
                          "stun://a",
                          "stun:a:",
                          "stun:a:0",
                          "stun:a:65536",
                          "stun:a:12x",
                          "stun:a:-1",
                          "stun:a:+1",
                          "stun:a: 1",
                          "stun:a?transport=udp",
                          "stun:u@a",
                          "stun:a b",
                          "stun:[::1",
                          "stun:[192.0.2.1]",
                          "stun:[]",
                          "stun:.a",
                          "stun:-a",
                          "stun:2001:db8::1",
                          "stun:a/",
                          "stun:a\n",
                          "stun:a:3478,stun:b"}) {
    EXPECT_FALSE(CheckStunUri(uri).ok()) << uri;
  }
  for (const char* uri : {"stun:a", "turn:", "turn:?transport=udp",
                          "turn:a?transport=", "turn:a?transport=sctp", "turn:a?transport=UDP",
                          "turn:a?", "turn:a?x=1", "turn:a:1?transport=udp&x=1", "turn://a"}) {
    EXPECT_FALSE(CheckTurnUri(uri).ok()) << uri;
  }
  EXPECT_FALSE(CheckTurnUri("turn:" + std::string(251, 'a')).ok());
  EXPECT_TRUE(CheckTurnUri("turn:" + std::string(250, 'a')).ok());
}

}  // namespace
}  // namespace signaling
