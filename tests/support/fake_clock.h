// Time that stands still until a test moves it.
#pragma once

#include "services/common/clock.h"
#include "services/common/mutex.h"

namespace signaling {

// Thread-safe.
class FakeClock final : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(mu_);
    return now_;
  }
  absl::Duration Uptime() const override { return Now() - absl::UnixEpoch(); }
  void Advance(absl::Duration by) {
    MutexLock lock(mu_);
    now_ += by;
  }

 private:
  mutable Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_) = absl::FromUnixSeconds(1'800'000'000);
};

}  // namespace signaling
