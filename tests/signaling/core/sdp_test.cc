#include "services/signaling/core/sdp.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

constexpr char kSdp[] =
    "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "a=fingerprint:sha-256 "
    "4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A:4A\r\n";

TEST(SdpTest, AcceptsDescriptions) {
  EXPECT_TRUE(CheckSdp(kSdp).ok());
  EXPECT_TRUE(CheckSdp("v=0\no=- 0 0 IN IP4 0.0.0.0\ns=-\nt=0 0\n").ok()) << "LF alone";
  EXPECT_TRUE(CheckSdp("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0").ok()) << "no last line end";
  EXPECT_TRUE(CheckSdp("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=r\xc3\xa9union\r\nt=0 0\r\n").ok());
}

TEST(SdpTest, NamesTheFaultyLineAndNeverQuotesIt) {
  const std::string bad = std::string(kSdp) + "secret 10.0.0.1\r\n";
  const absl::Status status = CheckSdp(bad);
  EXPECT_EQ(status.message(), "sdp line 12: is not of the form x=value (RFC 8866, section 5)");
}

TEST(SdpTest, RefusesWhatIsNone) {
  for (const std::string& sdp : {
           std::string(""),
           std::string("hello"),
           std::string("v=1\r\no=-\r\ns=-\r\nt=0 0\r\n"),
           std::string("o=-\r\nv=0\r\ns=-\r\nt=0 0\r\n"),
           std::string("v=0\r\n"),
           std::string("v=0\r\no=-\r\ns=-\r\n"),
           std::string("v=0\r\no=-\r\nt=0 0\r\n"),
           std::string("v=0\r\n\r\no=-\r\ns=-\r\nt=0 0\r\n"),
           std::string("V=0\r\no=-\r\ns=-\r\nt=0 0\r\n"),
           std::string("v=0\r\no=-\r\ns=a\0b\r\nt=0 0\r\n", 24),
           std::string("v=0\r\no=-\rx\r\ns=-\r\nt=0 0\r\n"),
           std::string("v=0\r\nm=audio 9 x 0\r\no=-\r\ns=-\r\nt=0 0\r\n"),
           std::string(70'000, 'a'),
       }) {
    EXPECT_FALSE(CheckSdp(sdp).ok()) << sdp.substr(0, 60);
  }
}

}  // namespace
}  // namespace signaling
