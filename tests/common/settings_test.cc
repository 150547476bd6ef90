#include "services/common/settings.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    settings_.Add("text", &text_, "words");
    settings_.Add("switch", &switch_, "on or off");
    settings_.Add("list", &list_, "some").Reloads();
    settings_.Add("number", &number_, {1, 100}, "how many");
    settings_.Add("age", &age_, {absl::Seconds(1), absl::Hours(1), true}, "how long");
    settings_.Add("own", "a", "its own", [this](const std::string& text) {
      if (text != "a" && text != "b") return absl::InvalidArgumentError("must be a or b");
      own_ = text;
      return absl::OkStatus();
    });
  }

  std::string Set(const char* name, const char* text, const char* where = "--it") {
    return std::string(settings_.Set({name, text, where}).message());
  }

  std::string text_ = "before";
  bool switch_ = true;
  std::vector<std::string> list_ = {"x", "y"};
  std::uint16_t number_ = 7;
  absl::Duration age_ = absl::Minutes(1);
  std::string own_ = "a";
  Settings settings_;
};

TEST_F(SettingsTest, TheDefaultIsWhatIsThere) {
  EXPECT_EQ(settings_.Find("text")->default_text(), "before");
  EXPECT_EQ(settings_.Find("switch")->text(), "true");
  EXPECT_EQ(settings_.Find("list")->text(), "x,y");
  EXPECT_EQ(settings_.Find("number")->text(), "7");
  EXPECT_EQ(settings_.Find("age")->text(), "1m");
  EXPECT_EQ(settings_.Find("own")->text(), "a");
  EXPECT_EQ(settings_.Find("text")->where(), "");
  EXPECT_TRUE(settings_.Find("list")->reloads());
  EXPECT_FALSE(settings_.Find("text")->reloads());
}

TEST_F(SettingsTest, AValueReachesItsVariableAndIsAlwaysWrittenAlike) {
  EXPECT_EQ(Set("text", " as it is "), "");
  EXPECT_EQ(text_, " as it is ");
  EXPECT_EQ(Set("switch", "no"), "");
  EXPECT_FALSE(switch_);
  EXPECT_EQ(settings_.Find("switch")->text(), "false");
  EXPECT_EQ(Set("list", ""), "");
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(Set("list", "a,b"), "");
  EXPECT_EQ(list_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Set("number", "100"), "");
  EXPECT_EQ(number_, 100);
  EXPECT_EQ(Set("age", "90s", "SIGNALING_AGE"), "");
  EXPECT_EQ(age_, absl::Seconds(90));
  EXPECT_EQ(settings_.Find("age")->text(), "1m30s");
  EXPECT_EQ(settings_.Find("age")->where(), "SIGNALING_AGE");
  EXPECT_EQ(settings_.Find("age")->default_text(), "1m");
  EXPECT_EQ(Set("age", "0"), "");
  EXPECT_EQ(age_, absl::ZeroDuration());
  EXPECT_EQ(Set("own", "b"), "");
  EXPECT_EQ(own_, "b");
}

TEST_F(SettingsTest, ARefusalNamesThePlaceAndTheValueAndChangesNothing) {
  EXPECT_EQ(Set("number", "101", "--number"), "--number=101: must be a whole number, 1 to 100");
  EXPECT_EQ(Set("number", "", "SIGNALING_NUMBER"),
            "SIGNALING_NUMBER=: must be a whole number, 1 to 100");
  EXPECT_EQ(Set("number", "x", "/etc/a.yaml:3"),
            "/etc/a.yaml:3: number=x: must be a whole number, 1 to 100");
  EXPECT_EQ(Set("number", "99999999999999999999").find("--it="), 0U);
  EXPECT_EQ(Set("age", "30"), "--it=30: must be a duration like 30s, 1s to 1h, or 0");
  EXPECT_EQ(Set("age", "999ms"), "--it=999ms: must be 1s to 1h, or 0");
  EXPECT_EQ(Set("age", "inf"), "--it=inf: must be 1s to 1h, or 0");
  EXPECT_EQ(Set("switch", "maybe"), "--it=maybe: must be true or false");
  EXPECT_EQ(Set("own", "c"), "--it=c: must be a or b");
  EXPECT_EQ(Set("none", "c", "/a:1"), "/a:1: there is no setting 'none'; see --help");
  EXPECT_EQ(number_, 7);
  EXPECT_EQ(age_, absl::Minutes(1));
  EXPECT_TRUE(switch_);
  EXPECT_EQ(own_, "a");
  EXPECT_EQ(settings_.Find("own")->where(), "");
}

TEST_F(SettingsTest, SpacesAroundTheCommasOfAListAreRefused) {
  for (const char* padded : {"a, b", "a ,b", " a", "a,b "}) {
    EXPECT_EQ(Set("list", padded),
              std::string("--it=") + padded + ": must have no spaces around the commas");
  }
  EXPECT_EQ(Set("list", "a b,c"), "");
}

// A key itself where the name of its file belongs, or a line end after the value of a variable.
TEST_F(SettingsTest, WhatIsMoreThanALineIsRefusedAndNotRepeated) {
  for (const std::string text :
       {"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n", "7\n", "\tx", "a\x7f"}) {
    for (const char* name : {"text", "number", "list", "own"}) {
      EXPECT_EQ(
          Set(name, text.c_str(), "/a:1"),
          std::string("/a:1: ") + name + ": must be one line, without control characters in it");
    }
  }
  EXPECT_EQ(settings_.Set({"text", std::string("a\0b", 3), "--text"}).message(),
            "--text: must be one line, without control characters in it");
}

TEST_F(SettingsTest, AnErrorRepeatsNeitherPasswordsNorAllOfALongValue) {
  EXPECT_EQ(Set("own", "turn:me:secret@host"), "--it=redacted@host: must be a or b");
  EXPECT_EQ(Set("own", "me:sec,ret@host"), "--it=redacted@host: must be a or b");
  EXPECT_EQ(Set("own", "x://me:secret@host"), "--it=x://redacted@host: must be a or b");
  EXPECT_EQ(Set("own", "me@host:1"), "--it=me@host:1: must be a or b");
  EXPECT_EQ(Set("own", std::string(60'000, 'x').c_str()),
            "--it=" + std::string(512, 'x') + "...: must be a or b");
}

TEST(RedactedTest, WhatAUrlHoldsOfCredentialsIsLeftOut) {
  EXPECT_EQ(Redacted("https://me:secret@example.org/a"), "https://redacted@example.org/a");
  EXPECT_EQ(Redacted("a,x://s@b,c"), "a,x://redacted@b,c");
  EXPECT_EQ(Redacted("x://me:se,cr,et@host,y"), "x://redacted@host,y");
  EXPECT_EQ(Redacted("x://me:se://cret@host"), "x://redacted@host");
  // None of these is a good URL, and all of them hold the secret.
  EXPECT_EQ(Redacted("x://me:se/cr?et@host"), "x://redacted@host");
  EXPECT_EQ(Redacted("x://me:se@cret@host"), "x://redacted@host");
  for (const char* plain : {"", ",", "a@b", "https://example.org", "/run/secrets/a", "a,,b,"}) {
    EXPECT_EQ(Redacted(plain), plain);
    EXPECT_EQ(Redacted(Redacted(plain)), Redacted(plain));
  }
  EXPECT_EQ(Redacted(Redacted("x://s@b")), "x://redacted@b");
}

}  // namespace
}  // namespace signaling
