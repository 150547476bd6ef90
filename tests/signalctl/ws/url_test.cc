#include "services/signalctl/ws/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signaling::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Parsed(std::string_view text) {
  const absl::StatusOr<Url> url = ParseUrl(text);
  return url.ok() ? url->ToString() : std::string(url.status().message());
}

TEST(UrlTest, TakesWhatPeopleType) {
  EXPECT_EQ(Parsed("ws://127.0.0.1:8765"), "ws://127.0.0.1:8765/v1");
  EXPECT_EQ(Parsed("ws://127.0.0.1:8765/"), "ws://127.0.0.1:8765/v1");
  EXPECT_EQ(Parsed("127.0.0.1:8765"), "ws://127.0.0.1:8765/v1");
  EXPECT_EQ(Parsed("http://example.org"), "ws://example.org:80/v1");
  EXPECT_EQ(Parsed("HTTPS://example.org"), "wss://example.org:443/v1");
  EXPECT_EQ(Parsed("wss://example.org/signal/v1"), "wss://example.org:443/signal/v1");
  EXPECT_EQ(Parsed("wss://[::1]:9/"), "wss://[::1]:9/v1");
  EXPECT_EQ(Parsed("ws://h:1?x=1"), "ws://h:1/v1?x=1");
  EXPECT_EQ(Parsed("ws://h:1/?x=1"), "ws://h:1/v1?x=1");
}

TEST(UrlTest, SaysWhatIsWrong) {
  EXPECT_THAT(Parsed("ftp://h"), HasSubstr("the scheme"));
  EXPECT_THAT(Parsed("ws://"), HasSubstr("names no host"));
  EXPECT_THAT(Parsed("ws://h:0"), HasSubstr("1 to 65535"));
  EXPECT_THAT(Parsed("ws://h:70000"), HasSubstr("1 to 65535"));
  EXPECT_THAT(Parsed("ws://h:12x"), HasSubstr("1 to 65535"));
  EXPECT_THAT(Parsed("ws://::1"), HasSubstr("in brackets"));
  EXPECT_THAT(Parsed("ws://[::1"), HasSubstr("not closed"));
  EXPECT_THAT(Parsed("ws://h/#a"), HasSubstr("fragment"));
  EXPECT_THAT(Parsed("ws://h/a b"), HasSubstr("spaces"));
}

TEST(UrlTest, TakesNoSecretAndQuotesNone) {
  EXPECT_THAT(Parsed("ws://me:geheim@h"), Not(HasSubstr("geheim")));
  EXPECT_THAT(Parsed("ws://me:geheim@h"), HasSubstr("no password"));
  EXPECT_THAT(Parsed("ws://h/?access_token=geheim"), Not(HasSubstr("geheim")));
  EXPECT_THAT(Parsed("ws://h/?token=geheim"), HasSubstr("--token-file"));
}

TEST(UrlTest, TheHostHeaderHasNoPortOfTheScheme) {
  EXPECT_EQ(ParseUrl("wss://h")->authority(), "h");
  EXPECT_EQ(ParseUrl("wss://h:80")->authority(), "h:80");
  EXPECT_EQ(ParseUrl("ws://[::1]:80")->authority(), "[::1]");
}

}  // namespace
}  // namespace signaling::ctl
