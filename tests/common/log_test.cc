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
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    Init("test", level);
    for (const Level of : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
      EXPECT_EQ(IsOn(of), of >= level);
      EXPECT_EQ(Written(of).empty(), of < level);
    }
  }
}

}  // namespace
}  // namespace signaling::log
