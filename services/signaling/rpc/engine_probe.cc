#include "services/signaling/rpc/engine_probe.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using Buckets = prometheus::Histogram::BucketBoundaries;

prometheus::Counter& MakeCounter(prometheus::Registry& registry, const char* name,
                                 const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

EngineProbe::EngineProbe(prometheus::Registry& registry)
    : relay_seconds_(prometheus::BuildHistogram()
                         .Name("signaling_relay_seconds")
                         .Help("From a signal's arrival to when its receiver's stream takes it.")
                         .Register(registry)
                         .Add({}, Buckets{.00005, .0001, .00025, .0005, .001, .0025, .005, .01,
                                          .025, .05, .1, .25, .5, 1, 2.5})),
      replayed_(MakeCounter(registry, "signaling_replayed_events_total",
                            "Events sent again, for clients and gateways that came back.")),
      slow_consumers_(MakeCounter(registry, "signaling_slow_consumers_total",
                                  "Sessions that ended since their outbox was full.")) {
  auto& transitions = prometheus::BuildCounter()
                          .Name("signaling_offer_transitions_total")
                          .Help("Changes of stored offers' states.")
                          .Register(registry);
  constexpr std::array<const char*, kTransitions> kTransitionNames = {
      "stored", "claimed", "requeued", "answered", "rejected", "expired", "withdrawn"};
  for (std::size_t i = 0; i < kTransitions; ++i) {
    transitions_[i] = &transitions.Add({{"transition", kTransitionNames[i]}});
  }
  auto& stages = prometheus::BuildHistogram()
                     .Name("signaling_setup_seconds")
                     .Help(
                         "Of set-ups: from a stored offer to its claim, from there or from an "
                         "offer to the answer, and from the offer to the connection as clients "
                         "report it.")
                     .Register(registry);
  constexpr std::array<const char*, kStages> kStageNames = {"claim", "answer", "connected"};
  for (std::size_t i = 0; i < kStages; ++i) {
    stages_[i] = &stages.Add({{"stage", kStageNames[i]}},
                             Buckets{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120});
  }
  auto& faults = prometheus::BuildCounter()
                     .Name("signaling_setup_failures_total")
                     .Help("Set-ups that came to nothing, by why.")
                     .Register(registry);
  constexpr std::array<const char*, kFaults> kFaultNames = {"busy",      "declined",  "unsupported",
                                                            "no_answer", "peer_left", "ice",
                                                            "dtls",      "timeout",   "other"};
  for (std::size_t i = 0; i < kFaults; ++i) faults_[i] = &faults.Add({{"reason", kFaultNames[i]}});
  auto& reports = prometheus::BuildCounter()
                      .Name("signaling_setup_reports_total")
                      .Help("What clients said became of set-ups.")
                      .Register(registry);
  constexpr std::array<const char*, kCandidateTypes> kTypeNames = {"unknown", "host", "srflx",
                                                                   "prflx", "relay"};
  for (std::size_t i = 0; i < kCandidateTypes; ++i) {
    connected_[i] = &reports.Add({{"state", "connected"}, {"candidate_type", kTypeNames[i]}});
  }
  failed_ = &reports.Add({{"state", "failed"}, {"candidate_type", kTypeNames[0]}});
}

void EngineProbe::OnOfferTransition(OfferTransition transition) {
  transitions_[static_cast<std::size_t>(transition)]->Increment();
}

void EngineProbe::OnSetupStage(SetupStage stage, absl::Duration took) {
  stages_[static_cast<std::size_t>(stage)]->Observe(absl::ToDoubleSeconds(took));
}

void EngineProbe::OnSetupFailed(SetupFault fault) {
  faults_[static_cast<std::size_t>(fault)]->Increment();
}

void EngineProbe::OnSetupReported(const v1::Report& report) {
  if (report.state() == v1::SETUP_STATE_FAILED) return failed_->Increment();
  const auto type = static_cast<std::size_t>(report.candidate_type());
  connected_[type < kCandidateTypes ? type : 0]->Increment();
}

void EngineProbe::OnRelayed(absl::Duration waited) {
  relay_seconds_.Observe(absl::ToDoubleSeconds(waited));
}

void EngineProbe::OnReplayed(std::size_t events) {
  replayed_.Increment(static_cast<double>(events));
}

}  // namespace signaling
