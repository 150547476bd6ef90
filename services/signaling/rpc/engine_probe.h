// What an engine tells of what happens in it, as metrics and as the lines of ended sessions.
#pragma once

#include <array>

#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/signaling/engine/observer.h"
#include "services/signaling/rpc/story_log.h"

namespace signaling {

// Thread-safe, and never waits for output: it is called with the engine's locks held. Outlives the engine. The registry
// outlives it.
class EngineProbe final : public EngineObserver {
 public:
  explicit EngineProbe(prometheus::Registry& registry);

  // Returns when the line of every session that has ended is written.
  void Flush() { stories_.Flush(); }

  void OnSessionEnded(const SessionStory& story) override { stories_.Add(story); }
  void OnOfferTransition(OfferTransition transition) override;
  void OnSetupStage(SetupStage stage, absl::Duration took) override;
  void OnSetupFailed(SetupFault fault) override;
  void OnSetupReported(const signaling::v1::Report& report) override;
  void OnRelayed(absl::Duration waited) override;
  void OnReplayed(std::size_t events) override;
  void OnOutboxOverflow() override { slow_consumers_.Increment(); }

 private:
  static constexpr std::size_t kTransitions =
      static_cast<std::size_t>(OfferTransition::kWithdrawn) + 1;
  static constexpr std::size_t kStages = static_cast<std::size_t>(SetupStage::kConnected) + 1;
  static constexpr std::size_t kFaults = static_cast<std::size_t>(SetupFault::kOther) + 1;
  static constexpr std::size_t kCandidateTypes = signaling::v1::CandidateType_MAX + 1;

  // Constant after construction.
  prometheus::Histogram& relay_seconds_;
  prometheus::Counter& replayed_;
  prometheus::Counter& slow_consumers_;
  std::array<prometheus::Counter*, kTransitions> transitions_{};
  std::array<prometheus::Histogram*, kStages> stages_{};
  std::array<prometheus::Counter*, kFaults> faults_{};
  std::array<prometheus::Counter*, kCandidateTypes> connected_{};
  prometheus::Counter* failed_ = nullptr;

  StoryLog stories_;  // thread-safe itself
};

}  // namespace signaling
