#include "services/signalctl/doctor/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <sstream>

namespace signaling::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report MakeReport() {
  Report report{.url = "ws://h:1/v1", .traceparent = "00-t", .steps = {}};
  report.steps.push_back({1, "First", {{"one", Outcome::kOk, "fine"}}});
  report.steps.push_back({2,
                          "Second",
                          {{"two", Outcome::kOk, "", {}, {}, {"a \x1b[31mline"}},
                           Failed("three", {"what\x07", "meaning", "next"})}});
  report.steps.push_back({3, "Third", {NotChecked("four", "why", "how")}});
  return report;
}

std::string Text(const Report& report, bool colour) {
  std::ostringstream out;
  PrintText(report, colour, out);
  return out.str();
}

TEST(ReportTest, AStepIsAsItsChecksAre) {
  const Report report = MakeReport();
  EXPECT_EQ(report.steps[0].outcome(), Outcome::kOk);
  EXPECT_EQ(report.steps[1].outcome(), Outcome::kFailed);
  EXPECT_EQ(report.steps[2].outcome(), Outcome::kNotChecked);
  EXPECT_FALSE(report.ok());
}

TEST(ReportTest, WhatServersSayIsCutAndMadeUtf8) {
  Report report = MakeReport();
  const std::string endless = "\xff" + std::string(1 << 20, 'a');
  report.steps[2].checks = {
      Failed("five", {endless, endless, endless}),
      {"six", Outcome::kOk, endless, {}, {}, {endless, endless}},
  };
  const std::string text = Text(report, false);
  EXPECT_LT(text.size(), 16'000U);
  EXPECT_THAT(text, HasSubstr("five: \xef\xbf\xbd"
                              "aaa"));
  EXPECT_THAT(text, HasSubstr("a..\n"));
  std::ostringstream out;
  PrintJson(report, out);
  EXPECT_LT(out.str().size(), 16'000U);
  EXPECT_EQ(out.str().find('\xff'), std::string::npos);
}

TEST(ReportTest, WhatWasNotCheckedDidNotFail) {
  Report report = MakeReport();
  report.steps.erase(report.steps.begin() + 1);
  EXPECT_TRUE(report.ok());
  EXPECT_THAT(Text(report, false), HasSubstr("nothing that was checked failed"));
}

TEST(ReportTest, TextForPeople) {
  EXPECT_EQ(Text(MakeReport(), false),
            "ws://h:1/v1\n"
            "1. First: ok\n"
            "   ok  one: fine\n"
            "2. Second: failed\n"
            "   ok  two\n"
            "         a \\u001b[31mline\n"
            "   failed  three: what\\u0007\n"
            "       means: meaning\n"
            "       next:  next\n"
            "3. Third: not checked\n"
            "   not checked  four: why\n"
            "       next:  how\n"
            "in the logs: traceparent 00-t\n"
            "failed: step 2\n");
}

TEST(ReportTest, ColourOnlyWhereItIsAskedFor) {
  EXPECT_THAT(Text(MakeReport(), true), HasSubstr("\x1b[31mfailed\x1b[0m"));
  EXPECT_THAT(Text(MakeReport(), false), Not(HasSubstr("\x1b")));
}

TEST(ReportTest, JsonForPrograms) {
  std::ostringstream out;
  PrintJson(MakeReport(), out);
  const auto parsed = boost::json::parse(out.str());
  EXPECT_EQ(parsed.at("ok"), false);
  EXPECT_EQ(parsed.at("url"), "ws://h:1/v1");
  const auto& steps = parsed.at("steps").as_array();
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].at("outcome"), "failed");
  const auto& check = steps[1].at("checks").as_array()[1];
  EXPECT_EQ(check.at("name"), "three");
  EXPECT_EQ(check.at("detail"), "what\x07");
  EXPECT_EQ(check.at("next"), "next");
  EXPECT_EQ(steps[2].at("outcome"), "not checked");
}

}  // namespace
}  // namespace signaling::ctl
