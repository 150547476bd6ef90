#include "services/signaling/core/sdp_filter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "services/signaling/core/sdp.h"
#include "services/signaling/core/sdp_scrub.h"
#include "tests/signaling/core/sdp_lines.h"

namespace signaling {
namespace {

// The filtered description, after what every filtered one has to be.
std::string Filtered(const std::string& sdp) {
  EXPECT_TRUE(CheckSdp(sdp).ok()) << CheckSdp(sdp);
  std::string filtered = RelayOnlySdp(sdp);
  EXPECT_TRUE(CheckSdp(filtered).ok()) << CheckSdp(filtered);
  EXPECT_EQ(RelayOnlySdp(filtered), filtered);
  return filtered;
}

std::string Scrubbed(std::string_view text) {
  std::string out = "kept ";
  sdp::AppendScrubbed(text, &out);
  return out.substr(5);
}

TEST(HasOnlyAudioTest, LooksAtEverySectionThatIsNotRejected) {
  const auto only = [](const SdpLines& lines) { return HasOnlyAudio(lines.Text()); };
  SdpLines audio;
  audio.Replace(14, "m=audio 9 UDP/TLS/RTP/SAVPF 111");
  SdpLines video;  // its second section is
  EXPECT_TRUE(only(SdpLines().Cut(5))) << "no section";
  EXPECT_TRUE(only(audio));
  EXPECT_FALSE(only(video));
  EXPECT_FALSE(only(SdpLines().Cut(5).Append("m=application 9 UDP/DTLS/SCTP webrtc-datachannel")));
  EXPECT_FALSE(only(SdpLines().Cut(5).Append("m=AUDIO 9 RTP/AVP 0"))) << "when in doubt";
  const char* const rejected = "m=video 0 UDP/TLS/RTP/SAVPF 0";
  EXPECT_TRUE(only(SdpLines().Replace(14, rejected)));
  EXPECT_TRUE(only(SdpLines().Replace(14, "m=video 0/2 UDP/TLS/RTP/SAVPF 0")));
  EXPECT_TRUE(only(SdpLines().Replace(6, rejected).Replace(14, "m=audio 1 RTP/AVP 0")));
  EXPECT_FALSE(only(SdpLines().Replace(14, rejected).Append("a=bundle-only")));
  EXPECT_FALSE(only(SdpLines().Replace(14, rejected).Append("a=bundle-only:x")))
      << "as libwebrtc reads it";
  EXPECT_TRUE(only(SdpLines().Replace(14, rejected).Append("a=bundle-only-not")));
  EXPECT_FALSE(only(SdpLines()
                        .Replace(6, rejected)
                        .Insert(7, "a=bundle-only")
                        .Replace(15, "m=audio 9 RTP/AVP 0")))
      << "the first of two";
  EXPECT_TRUE(
      only(SdpLines().Replace(14, rejected).Append("m=audio 0 RTP/AVP 0").Append("a=bundle-only")))
      << "of an audio section";
  EXPECT_FALSE(only(SdpLines().Replace(6, "m=video 9 RTP/AVP 0").Replace(14, rejected)));
}

TEST(RelayOnlyTest, ListedLines) {
  SdpLines lines;
  lines.Replace(2, "o=user 1 2 IN IP6 2001:db8::5")
      .Replace(6, "m=audio 50000 UDP/TLS/RTP/SAVPF 111")
      .Replace(7, "c=IN IP4 192.0.2.7")
      .Replace(14, "m=video 50001/2 UDP/TLS/RTP/SAVPF 111")
      .Append("a=rtcp:50002 IN IP4 192.0.2.7")
      .Append("a=rtcp:50003")
      .Append("a=remote-candidates:1 192.0.2.8 5000")
      .Append("a=candidate:1 1 udp 1 192.0.2.7 50000 typ host")
      .Append("a=candidate:2 1 udp 1 198.51.100.1 50000 typ srflx raddr 192.0.2.7 rport 50000")
      .Append("a=candidate:3 1 udp 1 203.0.113.1 50000 typ relay raddr 198.51.100.1 rport 5 x y")
      .Append("a=candidate:4 1 udp 1 2001:db8::9 50000 typ relay raddr 2001:db8::7 rport 5")
      .Append("a=candidate:5 1 udp 1 203.0.113.1 50000 typ relay raddr a.local rport 5")
      .Append("a=candidate:6 1 udp 1 203.0.113.1 1 typ relay x-192.0.2.7 [2001:db8::7]:5 z  y v")
      .Append("a=candidate:7 1 udp 1 relay.local 50000 typ relay")
      .Append("a=candidate:8 1 udp 1 relay.example.test 50000 typ relay")
      .Append("a=candidate:9 1 udp 1 203.0.113.1 50000 typ RELAY")
      .Append("a=end-of-candidates")
      .Append("m=x-192.0.2.7 0 RTP/AVP 0 192.0.2.7")
      .Append("c=IN IP6 2001:db8::7")
      .Append("c=IN IP4 host.example.test");
  SdpLines expected;
  expected.Replace(2, "o=user 1 2 IN IP4 0.0.0.0")
      .Replace(14, "m=video 9/2 UDP/TLS/RTP/SAVPF 111")
      .Append("a=rtcp:9 IN IP4 0.0.0.0")
      .Append("a=rtcp:9")
      .Append("a=candidate:3 1 udp 1 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 9 x y")
      .Append("a=candidate:4 1 udp 1 2001:db8::9 50000 typ relay raddr :: rport 9")
      .Append("a=candidate:5 1 udp 1 203.0.113.1 50000 typ relay raddr 0.0.0.0 rport 9")
      .Append("a=candidate:6 1 udp 1 203.0.113.1 1 typ relay x-0.0.0.0 [::]:5 z  y v")
      .Append("a=candidate:8 1 udp 1 relay.example.test 50000 typ relay")
      .Append("a=end-of-candidates")
      .Append("m=x-0.0.0.0 0 RTP/AVP 0 0.0.0.0")
      .Append("c=IN IP4 0.0.0.0")
      .Append("c=IN IP4 0.0.0.0");
  EXPECT_EQ(Filtered(lines.Text()), expected.Text());
  EXPECT_EQ(Filtered(lines.Text("\n")), expected.Text("\n")) << "line ends stay";
}

TEST(RelayOnlyTest, EveryOtherLine) {
  SdpLines lines;
  lines.Replace(2, "o=me@192.0.2.7 1 2 IN IP4 127.0.0.1")
      .Replace(3, "s=call of pc.local")
      .Insert(4, "i=from 2001:db8::7")
      .Insert(5, "u=http://[2001:db8::7]/192.0.2.7")
      .Insert(6, "e=me@pc.local (192.0.2.7)")
      .Insert(7, "p=+1 192.0.2.7")
      .Append("a=x-192.0.2.7:192.0.2.7:2001:db8::7")
      .Append("a=source-filter: incl IN IP4 * 192.0.2.7")
      .Append("a=feed:fe80::7");
  SdpLines expected;
  expected.Replace(2, "o=me@0.0.0.0 1 2 IN IP4 0.0.0.0")
      .Replace(3, "s=call of invalid")
      .Insert(4, "i=from ::")
      .Insert(5, "u=http://[::]/0.0.0.0")
      .Insert(6, "e=me@invalid (0.0.0.0)")
      .Insert(7, "p=+1 0.0.0.0")
      .Append("a=x-0.0.0.0:0.0.0.0::")
      .Append("a=source-filter: incl IN IP4 * 0.0.0.0")
      .Append("a=feed:::");
  EXPECT_EQ(Filtered(lines.Text()), expected.Text());
}

TEST(RelayOnlyTest, WhatNeedsNoBlankingStaysToTheByte) {
  SdpLines lines;
  lines.Replace(2, "o=- 1 2 IN IP4 0.0.0.0")
      .Replace(14, "m=video 0 UDP/TLS/RTP/SAVPF 111 96")
      .Replace(20, "a=mid:audio-1.0.2")
      .Replace(5, "a=group:BUNDLE 0 audio-1.0.2")
      .Append(Fingerprint("md5", 16))
      .Append("a=bundle-only")
      .Append("a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
      .Append("a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
      .Append("a=msid:6f0b1b1e-5d4c-4c61-9a35-6d3a1d4f7a10 {0a8d1c52-3f0a-4f0e}")
      .Append("a=ssrc:3735928559 cname:Wn3kTqv0Zb8yJr2L")
      .Append("a=ssrc-group:FID 3735928559 3735928560")
      .Append("a=fmtp:111 minptime=10;useinbandfec=1;v=1.2.3")
      .Append("a=fmtp:98 sprop-parameter-sets=Z0IAKeKQ,aM48gA==;x=::")
      .Append("a=ice-ufrag:dead")
      .Append("a=ice-pwd:abcdef0123456789abcdef0123")
      .Append("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVC|2^20|1:4")
      .Append("a=tls-id:abc3de65cddef001be82")
      .Append("a=rtcp:0")
      .Append("a=x:12:34:56 local mylocal .locality a.local.example");
  EXPECT_EQ(Filtered(lines.Text()), lines.Text());
  EXPECT_EQ(Filtered(lines.Text("\n")), lines.Text("\n"));
  std::string endless = lines.Text();
  endless.resize(endless.size() - 2);
  EXPECT_EQ(Filtered(endless), endless);
}

TEST(RelayOnlyTest, FindsAddressesWhereverTheyStand) {
  struct Case {
    const char* text;
    const char* scrubbed;
  };
  for (const auto& [text, scrubbed] : {
           Case{"192.0.2.7", "0.0.0.0"},
           Case{"x192.0.2.7y", "x0.0.0.0y"},
           Case{"192.0.2.7:80,192.0.2.8", "0.0.0.0:80,0.0.0.0"},
           Case{"1.2.3.4.5", "0.0.0.0"},
           Case{"007.000.2.7", "0.0.0.0"},
           Case{"0192.0.0002.7", "0.0.0.0"},
           Case{"1234.1.2.3.4", "0.0.0.0"},
           Case{"9192.0.2.7", "0.0.0.0"},
           Case{"192.0.2.799", "0.0.0.0"},
           Case{"1.2.192.0.2.7 3.", "0.0.0.0 3."},
           Case{"95.0.4638.69", "95.0.4638.69"},
           Case{"1.2.3", "1.2.3"},
           Case{"2001:db8:0:0:0:0:0:7", "::"},
           Case{"2001:0DB8::7", "::"},
           Case{"[2001:db8::7]:80", "[::]:80"},
           Case{"::ffff:192.0.2.7", "::"},
           Case{"0:0:0:0:0:ffff:192.0.2.7", "::"},
           Case{"::ffff:c000:207", "::"},
           Case{"64:ff9b::192.0.2.7 x", ":: x"},
           Case{"fe80::7%eth0.1 x", ":: x"},
           Case{"cname:2001:db8::7", "cname::"},
           Case{"x=2001:db8::7;y", "x=::;y"},
           Case{"1:2:3:4:5:6:7:8:9", "::"},
           Case{"1:2:3:4:5:6:7", "1:2:3:4:5:6:7"},
           Case{"12345:fe80::1", "::"},
           Case{"x2001:db8:1:2:3:4:5:6", "x::"},
           Case{"x2001:db8::7", "x::"},
           Case{"IP62001:db8:1:2:3:4:5:6", "IP::"},
           Case{"12001:db8:1:2:3:4:5:6", "::"},
           Case{"xdead:beef:1:2:3:4:5:6", "x::"},
           Case{"cname:2001:db8:1:2:3:4:5:6", "cname::"},
           Case{"192.0.2.7a:1:2:3:4:5:6:7", "0.0.0.0::"},
           Case{"1::%a%b.c%d:e%f x", ":: x"},
           Case{"x:1:2:3:4:5:6:192.0.2.7.8", "x::"},
           Case{"std::string", "std::string"},
           Case{"pc.local", "invalid"},
           Case{"PC-1.Office.LOCAL. x", "invalid x"},
           Case{"user@pc.local:80", "user@invalid:80"},
           Case{"j\xc3\xbcrgen.local", "invalid"},
           Case{"192.0.2.7.local", "invalid"},
           Case{".local", ".local"},
           Case{"pc.local.example", "pc.local.example"},
           Case{"", ""},
       }) {
    EXPECT_EQ(Scrubbed(text), scrubbed) << text;
    EXPECT_EQ(Scrubbed(scrubbed), scrubbed) << text;
  }
}

TEST(RelayOnlyTest, NameAndValueAreNoAddressTogether) {
  const std::string filtered = Filtered(SdpLines()
                                            .Insert(4, "b=x.192.0.2.7:12")
                                            .Insert(6, "k=clear:2001:db8::7")
                                            .Append("a=2001:1:2:3:4:5:6:7 x")
                                            .Append("a=x2001:1:2:3:4:5:192.0.2.7")
                                            .Append("a=feed:1:2")
                                            .Text());
  EXPECT_NE(filtered.find("\r\nb=x.0.0.0.0:12\r\nt=0 0\r\nk=clear:::\r\n"), std::string::npos);
  EXPECT_NE(filtered.find("\r\na=2001:- x\r\na=x2001:-\r\na=feed:1:2\r\n"), std::string::npos)
      << filtered;
}

// What makes new addresses out of what is left of old ones, over and over.
TEST(RelayOnlyTest, WorkGrowsWithTheTextOnly) {
  for (const char* part :
       {"%a",     "::%a:",    "1::%a",    "1:",       ":1",        "::",
        "0.",     "1.1.1.1:", "a.local:", "a.local%", "::a.local", "1::a.local",
        "x1:2:",  "f:",       "000",      "fffff:",   "1.1.1.1%",  "0:0:0:0:0:0:1.1.1.1:",
        "std::a", "d::d",     "a%1::",    "g1::"}) {
    for (const char* first : {"", "1::", "x", "1:", "a.local"}) {
      std::string text = first;
      while (text.size() < 64 * 1024) text += part;
      const auto begin = std::chrono::steady_clock::now();
      const std::string once = Scrubbed(text);
      // A quadratic one needs minutes.
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20))
          << first << part;
      EXPECT_EQ(Scrubbed(once), once) << first << part;
    }
  }
}

TEST(RelayOnlyTest, Candidates) {
  const auto filtered = [](std::string candidate) {
    return RelayOnlyCandidate(&candidate) ? candidate : "dropped";
  };
  EXPECT_EQ(filtered(""), "");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 192.0.2.1 1 typ host"), "dropped");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr 10.0.0.1 rport 1"),
            "dropped");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 192.0.2.1 1 typ prflx"), "dropped");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 192.0.2.1 1 typ token"), "dropped");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 pc.local 1 typ relay"), "dropped");
  EXPECT_EQ(filtered("no candidate"), "dropped");
  EXPECT_EQ(filtered("candidate:1 1 udp 1 192.0.2.1 1 typ relay"),
            "candidate:1 1 udp 1 192.0.2.1 1 typ relay");
  EXPECT_EQ(filtered("a=candidate:1 1 udp 1 192.0.2.1 1 typ relay generation 0 rport 77 raddr ::1 "
                     "host 10.0.0.1"),
            "a=candidate:1 1 udp 1 192.0.2.1 1 typ relay generation 0 rport 9 raddr :: host "
            "0.0.0.0");
}

}  // namespace
}  // namespace signaling
