// An observer that writes down what the engine tells.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "services/common/mutex.h"
#include "services/signaling/engine/observer.h"

namespace signaling {

// Thread-safe: engines call it from threads of their own.
class RecordingObserver final : public EngineObserver {
 public:
  struct Record {
    std::vector<SessionStory> stories;
    std::vector<OfferTransition> transitions;
    std::vector<std::pair<SetupStage, absl::Duration>> stages;
    std::vector<SetupFault> faults;
    std::vector<signaling::v1::Report> reports;
    std::vector<absl::Duration> relayed;
    std::size_t replayed = 0;
    int overflows = 0;
  };

  // Since the last call.
  Record Take() {
    MutexLock lock(mu_);
    return std::exchange(record_, {});
  }

  void OnSessionEnded(const SessionStory& story) override {
    MutexLock lock(mu_);
    record_.stories.push_back(story);
  }
  void OnOfferTransition(OfferTransition transition) override {
    MutexLock lock(mu_);
    record_.transitions.push_back(transition);
  }
  void OnSetupStage(SetupStage stage, absl::Duration took) override {
    MutexLock lock(mu_);
    record_.stages.emplace_back(stage, took);
  }
  void OnSetupFailed(SetupFault fault) override {
    MutexLock lock(mu_);
    record_.faults.push_back(fault);
  }
  void OnSetupReported(const signaling::v1::Report& report) override {
    MutexLock lock(mu_);
    record_.reports.push_back(report);
  }
  void OnRelayed(absl::Duration waited) override {
    MutexLock lock(mu_);
    record_.relayed.push_back(waited);
  }
  void OnReplayed(std::size_t events) override {
    MutexLock lock(mu_);
    record_.replayed += events;
  }
  void OnOutboxOverflow() override {
    MutexLock lock(mu_);
    ++record_.overflows;
  }

 private:
  Mutex mu_;
  Record record_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
