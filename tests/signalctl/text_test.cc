// Text, times and tables for people.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/nearest.h"
#include "services/signalctl/table.h"
#include "services/signalctl/terminal_text.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling::ctl {
namespace {

TEST(PrintableTest, LeavesWhatLettersAreThere) {
  EXPECT_EQ(Printable("Zoë 山田 👍 \"\\"), "Zoë 山田 👍 \"\\");
}

TEST(PrintableTest, WhatSteersATerminalIsWrittenOut) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\u001b[2Jb");
  EXPECT_EQ(Printable("a\r\n\t\x7f"), "a\\u000d\\u000a\\u0009\\u007f");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");  // CSI as one character
  EXPECT_EQ(Printable("\xe2\x80\xae"
                      "gnp"),
            "\\u202egnp");  // right to left from here
  EXPECT_EQ(Printable("\xe2\x81\xa6"
                      "x"),
            "\\u2066x");
  EXPECT_EQ(Printable(std::string("\0", 1)), "\\u0000");
}

TEST(PrintableTest, WhatIsNoUtf8IsReplaced) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(Printable("a\xff"
                      "b"),
            "a" + bad + "b");
  EXPECT_EQ(Printable("\xc0\x80"), bad + bad);            // overlong
  EXPECT_EQ(Printable("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(Printable("\xe2\x82"), bad + bad);            // cut off
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), bad + bad + bad + bad);
}

TEST(ColumnsTest, CountsWhatATerminalGives) {
  EXPECT_EQ(Columns("abc"), 3u);
  EXPECT_EQ(Columns("Zoë"), 3u);
  EXPECT_EQ(Columns("e\xcc\x81"), 1u);  // e and a combining acute
  EXPECT_EQ(Columns("山田"), 4u);
  EXPECT_EQ(Columns("👍"), 2u);
}

std::string Printed(const Table& table, Table::Style style) {
  std::ostringstream out;
  table.Print(out, style);
  return out.str();
}

TEST(TableTest, ColumnsAreAlignedHoweverWideTheLettersAre) {
  Table table({"NAME", "N", "LAST"});
  table.Add({"山田", "1", "x"});
  table.Add({"Zoë", "22", ""});
  table.Add({"a\nb", "", "y"});
  EXPECT_EQ(Printed(table, {}),
            "NAME      N   LAST\n"
            "山田      1   x\n"
            "Zoë       22  -\n"
            "a\\u000ab  -   y\n");
}

TEST(TableTest, WithoutHeadings) {
  Table table({"A VERY LONG HEADING", "B"});
  table.Add({"a", "b"});
  EXPECT_EQ(Printed(table, {.header = false}), "a  b\n");
  EXPECT_EQ(Printed(Table({"A"}), {}), "");
}

TEST(TableTest, OnlyWhatAlarmsIsRedAndOnlyWithColours) {
  Table table({"A"});
  table.Add({"good"});
  table.Add({"bad"}, true);
  EXPECT_EQ(Printed(table, {.header = false, .colour = true}), "good\n\033[31mbad\033[0m\n");
  EXPECT_EQ(Printed(table, {.header = false}), "good\nbad\n");
}

TEST(HumanDurationTest, TwoUnitsAtMost) {
  EXPECT_EQ(HumanDuration(absl::ZeroDuration()), "0s");
  EXPECT_EQ(HumanDuration(absl::Microseconds(250)), "250us");
  EXPECT_EQ(HumanDuration(absl::Microseconds(1500)), "1.5ms");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(850)), "850ms");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(1200)), "1.2s");
  EXPECT_EQ(HumanDuration(absl::Seconds(59)), "59s");
  EXPECT_EQ(HumanDuration(absl::Seconds(200)), "3m20s");
  EXPECT_EQ(HumanDuration(absl::Minutes(60)), "1h");
  EXPECT_EQ(HumanDuration(absl::Hours(97) + absl::Minutes(59)), "4d1h");
  EXPECT_EQ(HumanDuration(-absl::Seconds(5)), "-5s");
  EXPECT_EQ(HumanDuration(absl::InfiniteDuration()), "forever");
}

TEST(HumanTimeTest, SaysHowLongAgo) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  google::protobuf::Timestamp time;
  EXPECT_EQ(HumanTime(time, now), "");
  time.set_seconds(1'000'000 - 200);
  EXPECT_EQ(HumanTime(time, now), "3m20s ago");
  time.set_seconds(1'000'000);
  EXPECT_EQ(HumanTime(time, now), "now");
  time.set_seconds(1'000'000 + 90);
  EXPECT_EQ(HumanTime(time, now), "in 1m30s");
}

TEST(Utf8Test, WhatIsNoneIsReplacedAndWhatIsLongCut) {
  EXPECT_TRUE(IsUtf8("a\xc3\xa4\xef\xbf\xbd\xf0\x9f\x98\x80"));
  for (const char* bad : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(bad)) << Printable(bad);
  }
  EXPECT_EQ(Utf8("a\xff"
                 "b",
                 100),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(Utf8("abcd", 4), "abcd");
  EXPECT_EQ(Utf8("abcde", 4), "abcd..");
  EXPECT_EQ(Utf8("abc\xc3\xa4", 4), "abc..") << "not within a character";
}

TEST(HumanBytesTest, Units) {
  EXPECT_EQ(HumanBytes(0), "0B");
  EXPECT_EQ(HumanBytes(1023), "1023B");
  EXPECT_EQ(HumanBytes(1536), "1.5KiB");
  EXPECT_EQ(HumanBytes(20 << 20), "20MiB");
}

TEST(NearestTest, ASlipIsUnderstoodAndNothingElse) {
  const std::vector<std::string> words = {"rooms", "participants", "offers", "sessions"};
  EXPECT_EQ(Nearest("room", words), "rooms");
  EXPECT_EQ(Nearest("romos", words), "rooms");
  EXPECT_EQ(Nearest("sesions", words), "sessions");
  EXPECT_EQ(Nearest("part", words), "participants");
  EXPECT_EQ(Nearest("kubectl", words), "");
  EXPECT_EQ(Nearest("x", {}), "");
  EXPECT_EQ(EditDistance("ab", "ba"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
}

TEST(JsonTest, HasTheNamesOfTheApiAndNoControlCharacters) {
  signaling::v1::Offer offer;
  offer.set_client_id("a\x1b[2J\xc2\x9b");
  offer.mutable_create_time()->set_seconds(1'700'000'000);
  const std::string text = Json(offer);
  EXPECT_THAT(text, testing::HasSubstr(R"("client_id":"a\u001b[2J\u009b")"));
  EXPECT_THAT(text, testing::HasSubstr(R"("create_time":"2023-11-14T22:13:20Z")"));
  EXPECT_THAT(text, testing::HasSubstr(R"("claim_count":0)"));
}

}  // namespace
}  // namespace signaling::ctl
