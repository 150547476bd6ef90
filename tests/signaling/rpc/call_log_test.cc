#include "services/signaling/rpc/call_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "services/common/log.h"
#include "tests/support/fake_clock.h"

namespace signaling {
namespace {

class CallLogTest : public ::testing::Test {
 protected:
  ~CallLogTest() override { log::SetLevel(log::Level::kInfo); }

  template <typename Act>
  static std::string Said(Act act) {
    ::testing::internal::CaptureStdout();
    act();
    return ::testing::internal::GetCapturedStdout();
  }
  static std::size_t Lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  CallLine Refused() const {
    return {.method = "GetRoom", .refused = true, .code = "PermissionDenied", .subject = nothing_};
  }

  const CallSubject nothing_{};
  FakeClock clock_;
  CallLog calls_{clock_};
};

TEST_F(CallLogTest, WhatChangesSomethingIsToldWithWhatItIsAbout) {
  const CallSubject subject{.room = "r", .client_id = "bob", .request_id = "id"};
  const std::string said = Said([&] {
    calls_.Write({.method = "RemoveParticipant",
                  .changes = true,
                  .caller = "office",
                  .code = "NotFound",
                  .reason = "peer_unavailable",
                  .took = absl::Milliseconds(7),
                  .traceparent = "00-1-2-01",
                  .subject = subject});
  });
  EXPECT_NE(said.find("\"level\":\"info\",\"component\":\"signaling\",\"event\":\"call\","
                      "\"method\":\"RemoveParticipant\",\"caller\":\"office\","
                      "\"code\":\"NotFound\",\"reason\":\"peer_unavailable\","
                      "\"request_id\":\"id\",\"duration_ms\":7,\"room\":\"r\","
                      "\"client_id\":\"bob\",\"traceparent\":\"00-1-2-01\"}"),
            std::string::npos)
      << said;
}

TEST_F(CallLogTest, WhatReadsIsToldAtDebugOnly) {
  const CallLine line{.method = "GetRoom", .code = "OK", .subject = nothing_};
  EXPECT_EQ(Said([&] { calls_.Write(line); }), "");
  log::SetLevel(log::Level::kDebug);
  EXPECT_NE(Said([&] { calls_.Write(line); }).find("\"level\":\"debug\""), std::string::npos);
}

TEST_F(CallLogTest, RefusalsAreWarnedOfButDoNotFillTheDisk) {
  const std::string flood = Said([&] {
    for (int i = 0; i < 1000; ++i) calls_.Write(Refused());
  });
  EXPECT_EQ(Lines(flood), 20u);
  EXPECT_NE(flood.find("\"level\":\"warning\""), std::string::npos);
  EXPECT_EQ(Said([&] { calls_.Tick(); }), "") << "nor does the line that says so";
  clock_.Advance(absl::Milliseconds(400));
  const std::string dropped = Said([&] { calls_.Tick(); });
  EXPECT_NE(dropped.find("\"event\":\"log_lines_dropped\",\"of\":\"call\",\"lines\":980}"),
            std::string::npos)
      << dropped;
  EXPECT_EQ(Said([&] { calls_.Tick(); }), "") << "once";
  EXPECT_EQ(Lines(Said([&] { calls_.Write(Refused()); })), 1u) << "there is room again";
}

TEST_F(CallLogTest, AFloodOfRefusalsHidesNothingElse) {
  Said([&] {
    for (int i = 0; i < 1000; ++i) calls_.Write(Refused());
  });
  const CallLine change{.method = "DeleteRoom", .changes = true, .code = "OK", .subject = nothing_};
  EXPECT_EQ(Lines(Said([&] { calls_.Write(change); })), 1u);
}

}  // namespace
}  // namespace signaling
