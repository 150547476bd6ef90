// One time for all of an operation: what happens in it happens at once, and the clock is read at most once for it.
#pragma once

#include <optional>

#include "services/common/clock.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class OperationClock final : public Clock {
 public:
  explicit OperationClock(const Clock& clock) : clock_(clock) { Synchronize(); }

  absl::Time Now() const override { return start_ + Uptime(); }
  absl::Duration Uptime() const override {
    if (!uptime_) uptime_ = clock_.Uptime();
    return *uptime_;
  }

  // To be called at the end of each operation that asked for the time.
  void EndOperation() { uptime_.reset(); }
  // Takes over what was done to the time of day since the last call.
  void Synchronize() { start_ = clock_.Now() - clock_.Uptime(); }

 private:
  const Clock& clock_;
  absl::Time start_;  // when Uptime was zero
  mutable std::optional<absl::Duration> uptime_;
};

}  // namespace signaling
