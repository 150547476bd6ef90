// What CheckSdp wants of a media section's transport.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/signaling/core/sdp.h"
#include "tests/signaling/core/sdp_lines.h"

namespace signaling {
namespace {

std::string Fault(const std::string& sdp) { return std::string(CheckSdp(sdp).message()); }

// Of a description with this line at the end of its last section.
std::string FaultOf(const std::string& line) { return Fault(SdpLines().Append(line).Text()); }

const char* const kNoFingerprint =
    "the media section has no SHA-256 fingerprint (RFC 8122, section 5; RFC 8829, section 5.2.1)";
const char* const kNoCredentials =
    "the media section lacks ice-ufrag or ice-pwd (RFC 8839, section 5.4)";

std::string At(int line, const char* what) {
  return "sdp line " + std::to_string(line) + ": " + what;
}

// Without line 5, so that no group helps out.
SdpLines Apart() { return SdpLines().Erase(5); }

TEST(SdpTransportTest, EverySectionHasItsFingerprintAndCredentials) {
  EXPECT_EQ(Fault(Apart().Text()), "");
  EXPECT_EQ(Fault(Apart().Erase(9).Text()), At(5, kNoFingerprint));
  EXPECT_EQ(Fault(Apart().Erase(17).Text()), At(13, kNoFingerprint));
  EXPECT_EQ(Fault(Apart().Replace(17, Fingerprint("sha-1", 20)).Text()), At(13, kNoFingerprint));
  EXPECT_EQ(Fault(Apart().Erase(7).Text()), At(5, kNoCredentials));
  EXPECT_EQ(Fault(Apart().Erase(15).Text()), At(13, kNoCredentials));
  EXPECT_EQ(Fault(Apart().Erase(16).Text()), At(13, kNoCredentials));
}

TEST(SdpTransportTest, TheSessionMayHaveThemForAll) {
  const auto bare = [] { return Apart().Erase(17).Erase(16).Erase(15).Erase(9).Erase(8).Erase(7); };
  EXPECT_EQ(Fault(bare().Text()), At(5, kNoFingerprint));
  EXPECT_EQ(Fault(bare().Insert(5, Fingerprint()).Text()), At(6, kNoCredentials));
  EXPECT_EQ(Fault(bare().Insert(5, Fingerprint()).Insert(5, "a=ice-ufrag:abcd").Text()),
            At(7, kNoCredentials));
  EXPECT_EQ(Fault(bare()
                      .Insert(5, Fingerprint())
                      .Insert(5, "a=ice-ufrag:abcd")
                      .Insert(5, "a=ice-pwd:abcdefghijklmnopqrstuv")
                      .Text()),
            "");
}

TEST(SdpTransportTest, TheTaggedSectionHasThemForItsGroup) {
  // Lines 16 to 18 are the second section's.
  const auto bundled = [] { return SdpLines().Erase(18).Erase(17).Erase(16); };
  EXPECT_EQ(Fault(bundled().Text()), "");
  EXPECT_EQ(Fault(bundled().Replace(5, "a=group:BUNDLE 1 0").Text()), At(14, kNoFingerprint))
      << "the tag is the first";
  EXPECT_EQ(Fault(bundled().Replace(5, "a=group:BUNDLE 0").Text()), At(14, kNoFingerprint));
  EXPECT_EQ(Fault(bundled().Replace(5, "a=group:LS 0 1").Text()), At(14, kNoFingerprint));
  EXPECT_EQ(Fault(bundled().Replace(5, "a=group:BUNDLE 7 1").Text()), At(14, kNoFingerprint));
  EXPECT_EQ(Fault(bundled().Replace(17, "a=x").Text()), At(14, kNoFingerprint)) << "no mid";
  EXPECT_EQ(Fault(bundled().Replace(6, "m=audio 0 RTP/AVP 0").Text()), At(14, kNoFingerprint))
      << "a rejected tag";
  EXPECT_EQ(Fault(bundled().Insert(5, "a=group:BUNDLE 8 9").Text()), "") << "the second group";
}

TEST(SdpTransportTest, RejectedSectionsNeedNothing) {
  EXPECT_EQ(Fault(SdpLines().Append("m=video 0 UDP/TLS/RTP/SAVPF 0").Text()), "");
  EXPECT_EQ(Fault(SdpLines()
                      .Append("m=video 0 UDP/TLS/RTP/SAVPF 0")
                      .Append("a=mid:2")
                      .Append("a=bundle-only")
                      .Text()),
            At(21, kNoFingerprint));
  EXPECT_EQ(Fault(SdpLines()
                      .Replace(5, "a=group:BUNDLE 0 1 2")
                      .Append("m=video 0 UDP/TLS/RTP/SAVPF 0")
                      .Append("a=mid:2")
                      .Append("a=bundle-only")
                      .Text()),
            "");
}

TEST(SdpTransportTest, Values) {
  const std::string hash = Fingerprint().substr(22);
  std::string lower = Fingerprint("Sha-256");
  lower.replace(lower.size() - 2, 2, "af");
  for (const std::string& line :
       {std::string("a=setup:active"), std::string("a=setup:passive"),
        std::string("a=setup:actpass"), std::string("a=setup:holdconn"),
        "a=ice-ufrag:" + std::string(256, 'x'), std::string("a=ice-ufrag:a/+9"),
        "a=ice-pwd:" + std::string(256, 'x'), "a=ice-pwd:" + std::string(22, '/'), lower,
        Fingerprint("sha-512", 64), Fingerprint("md5", 16), std::string("a=rtcp:9"),
        std::string("a=rtcp:9 IN IP6 ::"), std::string("a=group:LS"),
        std::string("a=candidate:1 1 udp 1 192.0.2.1 9 typ host"), std::string("a=mid-x:a b")}) {
    EXPECT_EQ(FaultOf(line), "") << line;
  }
  for (const std::string& line : {std::string("a=setup:"),
                                  std::string("a=setup"),
                                  std::string("a=setup:both"),
                                  std::string("a=ice-ufrag:abc"),
                                  std::string("a=ice-ufrag:ab-c"),
                                  "a=ice-ufrag:" + std::string(257, 'x'),
                                  "a=ice-pwd:" + std::string(21, 'x'),
                                  "a=ice-pwd:" + std::string(257, 'x'),
                                  "a=ice-pwd:" + std::string(22, '='),
                                  std::string("a=fingerprint"),
                                  std::string("a=fingerprint:sha-256"),
                                  Fingerprint("sha-256", 31),
                                  Fingerprint("sha-256", 33),
                                  Fingerprint("sha-1", 32),
                                  Fingerprint("sha-999", 32),
                                  Fingerprint() + ":",
                                  Fingerprint() + " ",
                                  "a=fingerprint:sha-256 " + std::string(95, 'A'),
                                  "a=fingerprint:sha-256 G" + hash.substr(1),
                                  std::string("a=rtcp:x"),
                                  std::string("a=rtcp:65536"),
                                  std::string("a=rtcp:9 IN IP4"),
                                  std::string("a=rtcp:9 IN IP4 1.2.3.4 x"),
                                  std::string("a=group:BUNDLE  0"),
                                  std::string("a=group:"),
                                  std::string("a=mid"),
                                  std::string("a=mid:a b"),
                                  std::string("a=candidate"),
                                  std::string("a=candidate:"),
                                  std::string("a=candidate:1 1 udp 1 192.0.2.1 65536 typ host")}) {
    const std::string fault = FaultOf(line);
    EXPECT_TRUE(fault.starts_with("sdp line 21: ") && fault.find("RFC") != std::string::npos)
        << line << ": " << fault;
  }
}

TEST(SdpTransportTest, MidsAreUniqueTokens) {
  for (const char* mid : {"a=mid", "a=mid:", "a=mid:a b", "a=mid:a/b"}) {
    EXPECT_EQ(Fault(SdpLines().Replace(20, mid).Text()),
              "sdp line 20: mid is not a token (RFC 5888, section 4)");
  }
  EXPECT_EQ(Fault(SdpLines().Replace(20, "a=mid:0").Text()),
            "sdp line 20: mid is that of another section (RFC 5888, section 4)");
  EXPECT_EQ(FaultOf("a=mid:2"), "sdp line 21: mid stands twice (RFC 5888, section 4)");
  EXPECT_EQ(Fault(SdpLines().Insert(6, "a=mid:2").Text()),
            "sdp line 6: mid belongs into a media section (RFC 5888, section 4)");
}

}  // namespace
}  // namespace signaling
