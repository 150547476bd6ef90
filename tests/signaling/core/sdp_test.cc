#include "services/signaling/core/sdp.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/common/limits.h"
#include "tests/signaling/core/sdp_lines.h"

namespace signaling {
namespace {

std::string Fault(const std::string& sdp) { return std::string(CheckSdp(sdp).message()); }

TEST(SdpTest, AcceptsDescriptions) {
  EXPECT_EQ(Fault(SdpLines().Text()), "");
  EXPECT_EQ(Fault(SdpLines().Text("\n")), "") << "LF alone";
  EXPECT_EQ(Fault("v=0\r\no=- 0 0 IN IP4 0.0.0.0\ns=-\r\nt=0 0"), "")
      << "mixed ends, no last end, no media";
  const std::string every_line =
      "v=0\r\no=a@b 18446744073709551615 0 IN IP6 2001:db8::1\r\ns=r\xc3\xa9union\r\ni=\tabout\r\n"
      "u=https://example.test/\r\ne=a@example.test\r\ne=b@example.test\r\np=+1 2\r\n"
      "c=IN IP4 host.example.test\r\nb=AS:64\r\nb=X-Y:1\r\nt=0 0\r\nr=7d 1h 0 25h\r\nt=1 2\r\n"
      "z=2882844526 -1h 2898848070 0\r\nk=clear:x\r\na=recvonly\r\na=x:\r\n"
      "m=audio 49170/2 RTP/AVP 0 8\r\ni=x\r\nc=IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.2\r\n"
      "b=AS:1\r\nk=prompt\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n" +
      Fingerprint("SHA-256") + "\r\n" + Fingerprint("sha-1", 20) + "\r\n";
  EXPECT_EQ(Fault(every_line), "");
}

TEST(SdpTest, NeverQuotesTheText) {
  EXPECT_EQ(Fault(SdpLines().Append("secret 10.0.0.1").Text()),
            "sdp line 21: is not of the form x=value (RFC 8866, section 5)");
  EXPECT_EQ(Fault(SdpLines().Append("a=candidate:1 1 udp 1 10.9.8 1 typ host").Text()),
            "sdp line 21: candidate: the address is neither an IP address nor a name (RFC 8839, "
            "section 5.1)");
}

struct Refusal {
  std::size_t line;
  SdpLines lines;
  std::string what;  // part of the message
};

void ExpectRefusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    const std::string fault = Fault(refusal.lines.Text());
    EXPECT_TRUE(fault.starts_with("sdp line " + std::to_string(refusal.line) + ": ") &&
                fault.find(refusal.what) != std::string::npos)
        << fault << "\n  for " << refusal.what << " in\n"
        << refusal.lines.Text("\n");
  }
}

TEST(SdpTest, RefusesLinesOutOfOrder) {
  const auto lines = [] { return SdpLines(); };
  ExpectRefusals({
      {1, lines().Erase(1), "must be v=0"},
      {1, lines().Insert(1, "m=audio 9 RTP/AVP 0"), "must be v=0"},
      {2, lines().Erase(2), "o= is missing"},
      {3, lines().Erase(3), "s= is missing"},
      {4, lines().Erase(4), "t= is missing"},
      {3, lines().Cut(3), "t= is missing"},
      {1, lines().Cut(1), "o= is missing"},
      {4, lines().Erase(4).Erase(4), "t= is missing"},
      {2, lines().Insert(2, "v=0"), "stands twice"},
      {3, lines().Insert(3, "o=- 1 1 IN IP4 0.0.0.0"), "stands twice"},
      {4, lines().Insert(4, "s=-"), "stands twice"},
      {4, lines().Insert(4, "o=- 1 1 IN IP4 0.0.0.0"), "out of order"},
      {5, lines().Insert(4, "i=x").Insert(5, "i=y"), "stands twice"},
      {5, lines().Insert(4, "u=x").Insert(5, "i=y"), "out of order"},
      {5, lines().Insert(4, "u=x").Insert(5, "u=y"), "stands twice"},
      {5, lines().Insert(4, "p=x").Insert(5, "e=y"), "out of order"},
      {5, lines().Insert(4, "c=IN IP4 0.0.0.0").Insert(5, "c=IN IP4 0.0.0.0"), "stands twice"},
      {5, lines().Insert(4, "b=AS:1").Insert(5, "c=IN IP4 0.0.0.0"), "out of order"},
      {5, lines().Insert(5, "b=AS:1"), "out of order"},
      {4, lines().Insert(4, "r=1 2 3"), "stands before t="},
      {4, lines().Insert(4, "z=1 2"), "stands before t="},
      {6, lines().Insert(5, "k=prompt").Insert(6, "k=prompt"), "stands twice"},
      {6, lines().Insert(6, "t=0 0"), "out of order"},
      {6, lines().Insert(6, "k=prompt"), "out of order"},
      {8, lines().Insert(8, "i=x"), "out of order"},
      {8, lines().Insert(7, "i=x").Insert(8, "i=x"), "stands twice"},
      {9, lines().Insert(8, "k=prompt").Insert(9, "b=AS:1"), "out of order"},
      {13, lines().Insert(13, "c=IN IP4 0.0.0.0"), "out of order"},
      {13, lines().Insert(13, "s=-"), "of no type that may stand here"},
      {13, lines().Insert(13, "t=0 0"), "of no type that may stand here"},
      {5, lines().Insert(5, "y=0"), "of no type that may stand here"},
  });
}

TEST(SdpTest, RefusesLinesThatAreNone) {
  const auto lines = [] { return SdpLines(); };
  ExpectRefusals({
      {5, lines().Insert(5, ""), "x=value"},
      {5, lines().Insert(5, " a=x"), "x=value"},
      {5, lines().Insert(5, "A=x"), "x=value"},
      {5, lines().Insert(5, "a"), "x=value"},
      {5, lines().Insert(5, "a:x"), "x=value"},
      {3, lines().Replace(3, "s=a\rb"), "control character"},
      {3, lines().Replace(3, std::string("s=a\0b", 5)), "control character"},
      {3, lines().Replace(3, "s=0123456789a\x1b"), "control character"},
      {3, lines().Replace(3, "s=0123456789a\x7f"), "control character"},
      {3, lines().Replace(3, "s=" + std::string(kMaxSdpLineBytes, 'x')), "too long"},
  });
  EXPECT_EQ(Fault(SdpLines().Replace(3, "s=" + std::string(kMaxSdpLineBytes - 2, 'x')).Text()), "");
  EXPECT_EQ(Fault(""), "sdp is empty");
  EXPECT_EQ(Fault(std::string(kMaxSdpBytes + 1, 'a')), "sdp is over 65536 bytes");
}

TEST(SdpTest, RefusesTooMuch) {
  SdpLines lines;
  for (std::size_t n = 21; n <= kMaxSdpLines; ++n) lines.Append("a=x");
  EXPECT_EQ(Fault(lines.Text()), "");
  EXPECT_EQ(Fault(lines.Append("a=x").Text()), "sdp line 4097: is one line too many");

  SdpLines sections;
  sections.Cut(5);
  for (std::size_t n = 0; n < kMaxSdpSections; ++n) sections.Append("m=video 0 RTP/AVP 0");
  EXPECT_EQ(Fault(sections.Text()), "");
  sections.Append("m=video 0 RTP/AVP 0");
  EXPECT_EQ(Fault(sections.Text()), "sdp line 70: is one media section too many");

  std::string bundle = "a=group:BUNDLE 0";
  for (int n = 1; n < 64; ++n) bundle += ' ' + std::to_string(n);
  EXPECT_EQ(Fault(SdpLines().Replace(5, bundle).Text()), "");
  ExpectRefusals(
      {{5, SdpLines().Replace(5, bundle + " 64"), "too many sections"},
       {6, SdpLines().Replace(5, bundle).Insert(6, "a=group:BUNDLE 64"), "too many sections"}});
}

TEST(SdpTest, RefusesValuesOfAnotherForm) {
  const auto at = [](std::size_t number, std::string line, std::string what) {
    return Refusal{number, SdpLines().Replace(number, std::move(line)), std::move(what)};
  };
  const auto before = [](std::size_t number, std::string line, std::string what) {
    return Refusal{number, SdpLines().Insert(number, std::move(line)), std::move(what)};
  };
  std::vector<Refusal> refusals = {at(20, "a=mid:192.0.2.7", "mid holds an address"),
                                   at(20, "a=mid:pc.local", "mid holds an address"),
                                   at(20, "a=mid:x192.0.2.7-1", "mid holds an address"),
                                   at(5, "a=group:BUNDLE 0 1 192.0.2.7", "group holds an address"),
                                   at(5, "a=group:LS pc.local", "group holds an address"),
                                   at(1, "v=1", "5.1"),
                                   at(1, "v=00", "5.1"),
                                   at(1, "v=", "has no")};
  for (const char* origin : {"-",
                             "- 1 1 IN IP4",
                             "- 1 1 IN IP4 0.0.0.0 x",
                             " 1 1 IN IP4 0.0.0.0",
                             "- x 1 IN IP4 0.0.0.0",
                             "- 1 -1 IN IP4 0.0.0.0",
                             "- 18446744073709551616 1 IN IP4 0.0.0.0",
                             "- 1 99999999999999999999 IN IP4 0.0.0.0",
                             "- 1 1 ATM IP4 0.0.0.0",
                             "- 1 1 IN IP5 0.0.0.0",
                             "- 1 1 IN IP5 host.test",
                             "- 1 1 IN IP4 ::1",
                             "- 1 1 IN IP6 127.0.0.1",
                             "- 1 1 IN IP4 1.2.3",
                             "- 1 1 IN IP4 1.2.3.256",
                             "- 1 1 IN IP4 01.2.3.4",
                             "- 1 1 IN IP4 a..b",
                             "-  1 1 IN IP4 0.0.0.0",
                             "- 1 1 IN IP6 fe80::1%eth0",
                             "- 1 1 IN IP6 1:2:3:4:5:6:7",
                             "- 1 1 IN IP6 1::2::3",
                             "- 1 1 IN IP6 12345::",
                             "- 1 1 IN IP6 1:2:3:4:5:6:7:8:9"}) {
    refusals.push_back(at(2, "o=" + std::string(origin), "5.2"));
  }
  refusals.push_back(at(3, "s=", "has no value"));
  for (const char* timing : {"t=0", "t=0 0 0", "t=a 0", "t=0 -1", "t=0 18446744073709551616"}) {
    refusals.push_back(at(4, timing, "5.9"));
  }
  for (const char* connection : {"c=IN IP4", "c=IN IP4 224.2.1.1/127", "c=IN IP4 0.0.0.0 ",
                                 "c=IN IP6 0.0.0.0", "c=in IP4 0.0.0.0"}) {
    refusals.push_back(before(4, connection, "5.7"));
    refusals.push_back(at(7, connection, "5.7"));
  }
  refusals.push_back(before(4, "u=a b", "5.5"));
  for (const char* bandwidth : {"b=AS", "b=AS:", "b=AS:x", "b=:1", "b=A S:1"}) {
    refusals.push_back(before(4, bandwidth, "5.8"));
    refusals.push_back(before(8, bandwidth, "5.8"));
  }
  for (const char* repeat : {"r=1 2", "r=1 2 x", "r=7w 1 0", "r=1  2 3"}) {
    refusals.push_back(before(5, repeat, "5.10"));
  }
  for (const char* zones : {"z=1", "z=1 x", "z=1 --1", "z=x 1"}) {
    refusals.push_back(before(5, zones, "5.11"));
  }
  for (const char* key : {"k=x", "k=clear", "k=clear:", "k=prompt:x"}) {
    refusals.push_back(before(5, key, "5.12"));
  }
  for (const char* media :
       {"m=audio", "m=audio 9", "m=audio 9 RTP/AVP", "m=audio 65536 RTP/AVP 0",
        "m=audio x RTP/AVP 0", "m=audio 9/0 RTP/AVP 0", "m=audio 9/ RTP/AVP 0",
        "m=audio 9 RTP//AVP 0", "m=audio 9 RTP/ 0", "m=a/b 9 RTP/AVP 0", "m=audio 9 RTP/AVP 0 ",
        "m=audio 9 RTP/AVP 0  8", "m= 9 RTP/AVP 0", "m=audio 9 RTP/AVP 0/1"}) {
    refusals.push_back(at(6, media, "5.14"));
  }
  for (const char* attribute : {"a=", "a=:x", "a=a b", "a=a b:c", "a=\xc3\xa9"}) {
    refusals.push_back(before(6, attribute, attribute == std::string("a=") ? "token" : "5.13"));
    refusals.push_back(before(13, attribute, "5.13"));
  }
  ExpectRefusals(refusals);
}

}  // namespace
}  // namespace signaling
