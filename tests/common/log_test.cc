#include "services/common/log.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling::log {
namespace {

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { Init("signaling", Level::kInfo); }

  static std::string Written(Level level) {
    testing::internal::CaptureStdout();
    Write(level, "something", {{"number", 7}, {"text", "a \"word\""}, {"flag", true}});
    return testing::internal::GetCapturedStdout();
  }
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  Init("test", Level::kDebug);
  const std::string line = Written(Level::kDebug);
  EXPECT_TRUE(line.starts_with("{\"time\":\"")) << line;
  EXPECT_TRUE(line.ends_with(
      "\",\"level\":\"debug\",\"component\":\"test\",\"event\":\"something\",\"number\":7,"
      "\"text\":\"a \\\"word\\\"\",\"flag\":true}\n"))
      << line;
}

TEST_F(LogTest, WritesNothingBelowItsLevel) {
  for (const Level level : kLevels) {
    Init("test", level);
    for (const Level of : kLevels) {
      EXPECT_EQ(IsOn(of), of >= level);
      EXPECT_EQ(Written(of).empty(), of < level);
    }
  }
}

TEST_F(LogTest, LeavesOutOptionalFieldsThatSayNothing) {
  testing::internal::CaptureStdout();
  Info("something", {IfAny("none", ""),
                     IfAny("text", "t"),
                     IfAny("zero", 0),
                     IfAny("number", -1),
                     IfAny("no", false),
                     IfAny("yes", true),
                     {"empty", ""}});
  const std::string line = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(line.ends_with(R"("event":"something","text":"t","number":-1,"yes":true,"empty":""})"
                             "\n"))
      << line;
}

TEST_F(LogTest, ChangesItsLevelWhileItRuns) {
  Init("test", Level::kInfo);
  SetLevel(Level::kDebug);
  EXPECT_NE(Written(Level::kDebug).find("\"component\":\"test\""), std::string::npos);
  SetLevel(Level::kError);
  EXPECT_EQ(Written(Level::kWarning), "");
  EXPECT_NE(Written(Level::kError), "");
}

TEST_F(LogTest, CountsTheLinesThatItWritesByLevel) {
  Init("test", Level::kWarning);
  for (const Level level : kLevels) {
    const std::uint64_t before = LinesWritten(level);
    Written(level);
    Written(level);
    EXPECT_EQ(LinesWritten(level) - before, level >= Level::kWarning ? 2U : 0U);
  }
}

TEST_F(LogTest, NamesItsLevels) {
  for (const Level level : kLevels) {
    Level parsed = Level::kDebug;
    ASSERT_TRUE(ParseLevel(LevelName(level), &parsed));
    EXPECT_EQ(parsed, level);
  }
}

}  // namespace
}  // namespace signaling::log
