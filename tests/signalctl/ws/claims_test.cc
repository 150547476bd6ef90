#include "services/signalctl/ws/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/signalctl/ws/advice.h"

namespace signaling::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

std::string Token(std::string_view payload) {
  return absl::StrCat("e30.", absl::WebSafeBase64Escape({payload.data(), payload.size()}), ".AA");
}

TEST(ClaimsTest, ReadsWhatATokenSays) {
  const auto claims = ReadClaims(Token(
      R"({"sub":"ann","iss":"i","aud":["a","b"],"rooms":["r1","r2"],"grants":["join"],"exp":1700000000.5})"));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->sub, "ann");
  EXPECT_EQ(claims->issuer, "i");
  EXPECT_THAT(claims->audience, ElementsAre("a", "b"));
  EXPECT_THAT(claims->rooms, ElementsAre("r1", "r2"));
  EXPECT_THAT(claims->grants, ElementsAre("join"));
  EXPECT_EQ(absl::ToUnixMillis(*claims->expires), 1700000000500);
}

TEST(ClaimsTest, OneIsAsGoodAsAList) {
  const auto claims = ReadClaims(Token(R"({"aud":"a","room":"r"})"));
  ASSERT_TRUE(claims);
  EXPECT_THAT(claims->audience, ElementsAre("a"));
  EXPECT_THAT(claims->rooms, ElementsAre("r"));
  EXPECT_FALSE(claims->expires);
}

TEST(ClaimsTest, WhatIsNoTokenHasNone) {
  for (const std::string& text : {std::string(), std::string("abc"), std::string("a.b"),
                                  std::string("a.%%.c"), Token("[]"), Token("{")}) {
    EXPECT_FALSE(ReadClaims(text)) << text;
  }
}

TEST(ClaimsTest, AFreshRoomIsOneThatTheTokenAllows) {
  EXPECT_THAT(FreshRoom("", "call"), StartsWith("signalctl-call-"));
  EXPECT_TRUE(IsValidId(FreshRoom("", "call")));
  EXPECT_NE(FreshRoom("", "call"), FreshRoom("", "call"));
  EXPECT_THAT(FreshRoom(Token(R"({"rooms":["lobby","robots-*"]})"), "call"),
              StartsWith("robots-signalctl-call-"));
  EXPECT_THAT(FreshRoom(Token(R"({"room":"*"})"), "call"), StartsWith("signalctl-call-"));
  EXPECT_EQ(FreshRoom(Token(R"({"room":"lobby"})"), "call"), "");
}

TEST(ClaimsTest, TwoPeersNeedTwoNames) {
  const std::string ann = Token(R"({"sub":"ann"})");
  ASSERT_TRUE(SameSub(ann, Token(R"({"sub":"ann","name":"other"})")));
  EXPECT_EQ(SameSub(ann, ann)->what, "both peers have the same sub, ann");
  EXPECT_FALSE(SameSub(ann, Token(R"({"sub":"bob"})")));
  EXPECT_FALSE(SameSub("", ""));
}

}  // namespace
}  // namespace signaling::ctl
