#include "services/signaling/core/ice.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

TEST(IceTest, AcceptsWhatPeersSend) {
  for (const char* candidate : {
           "",
           "candidate:842163049 1 udp 1677729535 203.0.113.7 54321 typ srflx raddr 10.0.0.1 rport "
           "54321 generation 0 "
           "ufrag EsAw network-cost 999",
           "candidate:1 1 UDP 2130706431 2001:db8::1 9 typ host",
           "candidate:0 1 UDP 2122252543 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
           "candidate:6 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active",
           "a=candidate:+/a 256 ssltcp 0 example.test 0 typ relay",
       }) {
    EXPECT_TRUE(CheckCandidate(candidate).ok()) << candidate << ": " << CheckCandidate(candidate);
  }
}

TEST(IceTest, RefusesTheRest) {
  for (const std::string& candidate : {
           std::string("candidate:"),
           std::string("candidate:1"),
           std::string("1 1 udp 1 1.2.3.4 1 typ host"),
           std::string("candidate:1 0 udp 1 1.2.3.4 1 typ host"),
           std::string("candidate:1 257 udp 1 1.2.3.4 1 typ host"),
           std::string("candidate:1 1 udp 4294967296 1.2.3.4 1 typ host"),
           std::string("candidate:1 1 udp 1 1.2.3.4 65536 typ host"),
           std::string("candidate:1 1 udp 1 1.2.3.4 1 host"),
           std::string("candidate:1 1 udp 1 1.2.3.4 1 typ"),
           std::string("candidate:1 1 udp 1 <script> 1 typ host"),
           std::string("candidate:1  1 udp 1 1.2.3.4 1 typ host"),
           std::string("candidate:? 1 udp 1 1.2.3.4 1 typ host"),
           std::string("candidate:1 1 udp 1 1.2.3.4 1 typ host\r\na=x"),
           "candidate:" + std::string(33, '1') + " 1 udp 1 1.2.3.4 1 typ host",
           "candidate:1 1 udp 1 1.2.3.4 1 typ host " + std::string(1024, 'x'),
           std::string("null"),
       }) {
    EXPECT_FALSE(CheckCandidate(candidate).ok()) << candidate;
  }
}

TEST(IceTest, NeverQuotesTheText) {
  const absl::Status status = CheckCandidate("candidate:1 1 udp 1 10.9.8.7 99999 typ host");
  EXPECT_EQ(std::string(status.message()).find("10.9.8.7"), std::string::npos);
}

}  // namespace
}  // namespace signaling
