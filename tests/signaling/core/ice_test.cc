#include "services/signaling/core/ice.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

std::string Fault(const std::string& candidate) {
  return std::string(CheckCandidate(candidate).message());
}

TEST(IceTest, AcceptsWhatPeersSend) {
  for (const char* candidate : {
           "",
           "candidate:842163049 1 udp 1677729535 203.0.113.7 54321 typ srflx raddr 10.0.0.1 rport "
           "54321 generation 0 ufrag EsAw network-cost 999",
           "candidate:1 1 UDP 2130706431 2001:db8::1 9 typ host",
           "candidate:1 1 UDP 2130706431 ::ffff:192.0.2.1 9 typ host",
           "candidate:0 1 UDP 2122252543 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
           "candidate:6 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active",
           "candidate:6 1 TCP 2105458943 192.0.2.1 9 typ host tcptype so generation 0",
           "a=candidate:+/a 256 ssltcp 0 example.test 0 typ relay",
           "candidate:1 1 udp 1 192.0.2.1 1 typ relay generation 0 raddr :: rport 0",
           "candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr host.local rport 9",
           "candidate:1 1 udp 4294967295 192.0.2.1 65535 typ new-type rport 9",
           "candidate:1 1 udp 1 192.0.2.1 1 typ host empty  more h\xc3\xa9",
       }) {
    EXPECT_EQ(Fault(candidate), "") << candidate;
  }
}

TEST(IceTest, NamesItsParts) {
  const auto parsed = ParseCandidate(
      "a=candidate:f/1 2 tcp 77 192.0.2.1 9 typ srflx raddr 2001:db8::1 rport 5 x y tcptype so");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->foundation, "f/1");
  EXPECT_EQ(parsed->component, 2);
  EXPECT_EQ(parsed->transport, "tcp");
  EXPECT_EQ(parsed->priority, 77U);
  EXPECT_EQ(parsed->address, "192.0.2.1");
  EXPECT_EQ(parsed->port, 9);
  EXPECT_EQ(parsed->type, "srflx");
  EXPECT_EQ(parsed->related_address, "2001:db8::1");
  EXPECT_EQ(parsed->related_port, "5");
  EXPECT_EQ(parsed->tcp_type, "so");
  EXPECT_EQ(parsed->attributes, "raddr 2001:db8::1 rport 5 x y tcptype so");
  EXPECT_FALSE(ParseCandidate("").ok()) << "the end of candidates is no candidate";
}

TEST(IceTest, RefusesTheRest) {
  const std::string good = "candidate:1 1 udp 1 192.0.2.1 1 typ host";
  ASSERT_EQ(Fault(good), "");
  struct Refusal {
    std::string candidate;
    std::string what;
  };
  for (const auto& [candidate, what] : {
           Refusal{"null", "begin with candidate:"},
           Refusal{"1 1 udp 1 1.2.3.4 1 typ host", "begin with candidate:"},
           Refusal{"Candidate:1 1 udp 1 1.2.3.4 1 typ host", "begin with candidate:"},
           Refusal{"a=a=" + good, "begin with candidate:"},
           Refusal{"candidate:", "foundation"},
           Refusal{"candidate:? 1 udp 1 1.2.3.4 1 typ host", "foundation"},
           Refusal{"candidate:" + std::string(33, '1') + " 1 udp 1 1.2.3.4 1 typ host",
                   "foundation"},
           Refusal{"candidate:1", "component"},
           Refusal{"candidate:1 0 udp 1 1.2.3.4 1 typ host", "component"},
           Refusal{"candidate:1 257 udp 1 1.2.3.4 1 typ host", "component"},
           Refusal{"candidate:1  1 udp 1 1.2.3.4 1 typ host", "component"},
           Refusal{"candidate:1 1", "transport"},
           Refusal{"candidate:1 1 u/dp 1 1.2.3.4 1 typ host", "transport"},
           Refusal{"candidate:1 1 192.0.2.7 1 1.2.3.4 1 typ relay", "transport"},
           Refusal{"candidate:1 1 udp 4294967296 1.2.3.4 1 typ host", "priority"},
           Refusal{"candidate:1 1 udp -1 1.2.3.4 1 typ host", "priority"},
           Refusal{"candidate:1 1 udp 1", "address"},
           Refusal{"candidate:1 1 udp 1 <script> 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 1.2.3.256 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 1.2.3 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 fe80::1%eth0 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 1:2:3:4 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 [::1] 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 a..local 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 " + std::string(64, 'x') + ".local 1 typ host", "address"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4", "port"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 65536 typ host", "port"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 +1 typ host", "port"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 1", "typ is missing"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 1 host", "typ is missing"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 1 typ", "the type is not"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 1 typ ", "the type is not"},
           Refusal{"candidate:1 1 udp 1 1.2.3.4 1 typ h/ost", "the type is not"},
           Refusal{good + " ", "name is not a token"},
           Refusal{good + " a/b c", "name is not a token"},
           Refusal{good + " generation", "no value"},
           Refusal{good + " x\ty z", "name is not a token"},
           Refusal{good + " x y\tz", "holds a tab"},
           Refusal{good + " raddr x/y", "raddr is"},
           Refusal{good + " raddr", "no value"},
           Refusal{good + " rport 65536", "rport is"},
           Refusal{good + " rport x", "rport is"},
           Refusal{good + " tcptype both", "tcptype is"},
           Refusal{good + " raddr ::1 raddr ::1", "twice"},
           Refusal{good + " rport 1 rport 1", "twice"},
           Refusal{good + " tcptype so tcptype so", "twice"},
           Refusal{good + "\r\na=x", "control character"},
           Refusal{good + " x y\x7f", "control character"},
           Refusal{good + ' ' + std::string(1024, 'x'), "over 1024 bytes"},
       }) {
    EXPECT_NE(Fault(candidate).find(what), std::string::npos)
        << candidate << ": " << Fault(candidate);
  }
}

TEST(IceTest, NeverQuotesTheText) {
  EXPECT_EQ(Fault("candidate:1 1 udp 1 10.9.8.7 99999 typ host"),
            "candidate: the port is not 0 to 65535 (RFC 8839, section 5.1)");
}

}  // namespace
}  // namespace signaling
