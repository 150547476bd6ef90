// A history as its reader sees it.
#include "services/signalctl/timeline.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_split.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

v1::Step Step(const std::string& text) {
  v1::Step step;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &step)) << text;
  return step;
}

TEST(TimelineTest, EveryKindHasWords) {
  for (int kind = v1::StepKind_MIN; kind <= v1::StepKind_MAX; ++kind) {
    v1::Step step;
    step.set_kind(static_cast<v1::StepKind>(kind));
    if (kind == v1::STEP_KIND_UNSPECIFIED) continue;
    EXPECT_EQ(StepText(step).find("step "), std::string::npos) << kind;
  }
  v1::Step newer;
  newer.set_kind(static_cast<v1::StepKind>(99));
  EXPECT_EQ(StepText(newer), "step 99");
}

TEST(TimelineTest, RefusalsStandOut) {
  EXPECT_EQ(StepText(Step("kind: STEP_KIND_REFUSED reason: ERROR_REASON_ROOM_FULL")),
            "! message refused");
  EXPECT_EQ(WhyText(Step("kind: STEP_KIND_REFUSED reason: ERROR_REASON_ROOM_FULL")), "room_full");
  EXPECT_TRUE(IsRefusal(Step("kind: STEP_KIND_ENDED reason: ERROR_REASON_SLOW_CONSUMER")));
  EXPECT_FALSE(IsRefusal(Step("kind: STEP_KIND_ENDED")));
  EXPECT_TRUE(IsRefusal(Step("kind: STEP_KIND_REPORTED report { state: SETUP_STATE_FAILED }")));
  EXPECT_FALSE(IsRefusal(Step("kind: STEP_KIND_REPORTED report { state: SETUP_STATE_CONNECTED }")));
  EXPECT_FALSE(IsRefusal(Step("kind: STEP_KIND_DETACHED")));
}

TEST(TimelineTest, WhatWasReported) {
  EXPECT_EQ(
      WhyText(Step("kind: STEP_KIND_REPORTED report { state: SETUP_STATE_CONNECTED candidate_type: "
                   "CANDIDATE_TYPE_RELAY setup_duration { nanos: 850000000 } }")),
      "connected by relay in 850ms");
  EXPECT_EQ(WhyText(Step("kind: STEP_KIND_REPORTED report { state: SETUP_STATE_FAILED failure: "
                         "SETUP_FAILURE_ICE }")),
            "failed: ice");
}

TEST(TimelineTest, LinesHaveTheTimeSinceTheStepBefore) {
  v1::History history;
  *history.add_steps() = Step("kind: STEP_KIND_OPENED step_time { seconds: 100 }");
  *history.add_steps() = Step(
      "kind: STEP_KIND_CANDIDATES_SENT client_id: 'bob' count: 5 step_time { seconds: 101 nanos: "
      "500000000 } "
      "last_step_time { seconds: 103 }");
  *history.add_steps() = Step(
      "kind: STEP_KIND_REFUSED reason: ERROR_REASON_PEER_UNAVAILABLE room: 'lobby' "
      "step_time { seconds: 103 nanos: 20000000 }");
  std::ostringstream out;
  Timeline(history).Print(out, {.header = true, .colour = true});
  const std::vector<std::string> lines = absl::StrSplit(out.str(), '\n');
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[1].substr(12), "  -      opened                              -     -      -");
  EXPECT_EQ(lines[2].substr(12), "  +1.5s  candidates sent, 5 times over 1.5s  bob   -      -");
  EXPECT_EQ(lines[3].substr(0, 5), "\033[31m");
  EXPECT_EQ(lines[3].substr(17),
            "  +20ms  ! message refused                   -     lobby  peer_unavailable\033[0m");
}

}  // namespace
}  // namespace signaling::ctl
