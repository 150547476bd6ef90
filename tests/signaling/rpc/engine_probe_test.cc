#include "services/signaling/rpc/engine_probe.h"

#include <gtest/gtest.h>

#include "services/common/log.h"
#include "tests/signaling/rpc/samples.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class EngineProbeTest : public ::testing::Test {
 protected:
  prometheus::Registry registry_;
  EngineProbe probe_{registry_};
};

TEST_F(EngineProbeTest, OffersByTransition) {
  const auto count = [&](const char* transition) {
    return Sample(registry_, "signaling_offer_transitions_total", {{"transition", transition}});
  };
  const std::pair<OfferTransition, const char*> all[] = {
      {OfferTransition::kStored, "stored"},      {OfferTransition::kClaimed, "claimed"},
      {OfferTransition::kRequeued, "requeued"},  {OfferTransition::kAnswered, "answered"},
      {OfferTransition::kRejected, "rejected"},  {OfferTransition::kExpired, "expired"},
      {OfferTransition::kWithdrawn, "withdrawn"}};
  for (const auto& [transition, name] : all) {
    EXPECT_EQ(count(name), 0u) << name;
    probe_.OnOfferTransition(transition);
    EXPECT_EQ(count(name), 1u) << name;
  }
}

TEST_F(EngineProbeTest, StagesOfSetups) {
  const auto count = [&](const char* stage) {
    return Sample(registry_, "signaling_setup_seconds", {{"stage", stage}});
  };
  const std::pair<SetupStage, const char*> all[] = {{SetupStage::kClaim, "claim"},
                                                    {SetupStage::kAnswer, "answer"},
                                                    {SetupStage::kConnected, "connected"}};
  for (const auto& [stage, name] : all) {
    EXPECT_EQ(count(name), 0u) << name;
    probe_.OnSetupStage(stage, absl::Seconds(1));
    EXPECT_EQ(count(name), 1u) << name;
  }
}

TEST_F(EngineProbeTest, FailuresByReason) {
  const auto count = [&](const char* reason) {
    return Sample(registry_, "signaling_setup_failures_total", {{"reason", reason}});
  };
  const std::pair<SetupFault, const char*> all[] = {{SetupFault::kBusy, "busy"},
                                                    {SetupFault::kDeclined, "declined"},
                                                    {SetupFault::kUnsupported, "unsupported"},
                                                    {SetupFault::kNoAnswer, "no_answer"},
                                                    {SetupFault::kPeerLeft, "peer_left"},
                                                    {SetupFault::kIce, "ice"},
                                                    {SetupFault::kDtls, "dtls"},
                                                    {SetupFault::kTimeout, "timeout"},
                                                    {SetupFault::kOther, "other"}};
  for (const auto& [fault, name] : all) {
    EXPECT_EQ(count(name), 0u) << name;
    probe_.OnSetupFailed(fault);
    EXPECT_EQ(count(name), 1u) << name;
  }
}

TEST_F(EngineProbeTest, ReportsByStateAndCandidate) {
  const auto count = [&](const char* state, const char* type) {
    return Sample(registry_, "signaling_setup_reports_total",
                  {{"state", state}, {"candidate_type", type}});
  };
  const std::pair<v1::CandidateType, const char*> all[] = {
      {v1::CANDIDATE_TYPE_UNSPECIFIED, "unknown"},
      {v1::CANDIDATE_TYPE_HOST, "host"},
      {v1::CANDIDATE_TYPE_SRFLX, "srflx"},
      {v1::CANDIDATE_TYPE_PRFLX, "prflx"},
      {v1::CANDIDATE_TYPE_RELAY, "relay"}};
  v1::Report report;
  report.set_state(v1::SETUP_STATE_CONNECTED);
  for (const auto& [type, name] : all) {
    EXPECT_EQ(count("connected", name), 0u) << name;
    report.set_candidate_type(type);
    probe_.OnSetupReported(report);
    EXPECT_EQ(count("connected", name), 1u) << name;
  }
  EXPECT_EQ(count("failed", "unknown"), 0u);
  report.set_state(v1::SETUP_STATE_FAILED);
  probe_.OnSetupReported(report);
  EXPECT_EQ(count("failed", "unknown"), 1u);
}

TEST_F(EngineProbeTest, RelaysReplaysAndOverflows) {
  EXPECT_EQ(Sample(registry_, "signaling_relay_seconds"), 0u);
  probe_.OnRelayed(absl::Milliseconds(1));
  EXPECT_EQ(Sample(registry_, "signaling_relay_seconds"), 1u);
  EXPECT_EQ(Sample(registry_, "signaling_replayed_events_total"), 0u);
  probe_.OnReplayed(5);
  EXPECT_EQ(Sample(registry_, "signaling_replayed_events_total"), 5u);
  EXPECT_EQ(Sample(registry_, "signaling_slow_consumers_total"), 0u);
  probe_.OnOutboxOverflow();
  EXPECT_EQ(Sample(registry_, "signaling_slow_consumers_total"), 1u);
}

TEST_F(EngineProbeTest, AnEndedSessionHasItsLine) {
  SessionStory story;
  story.client_id = "ann";
  ::testing::internal::CaptureStdout();
  probe_.OnSessionEnded(story);
  probe_.Flush();
  const std::string said = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(said.find("\"event\":\"session_ended\""), std::string::npos) << said;
}

}  // namespace
}  // namespace signaling
