// Time for deadlines: steady, and read once a tick instead of once a message.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace signaling::gateway {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

inline Duration ToSteady(absl::Duration duration) {
  return std::chrono::nanoseconds(absl::ToInt64Nanoseconds(duration));
}

// The time of the newest tick of one worker. Not thread-safe; owned by the worker, which moves it.
class TickClock {
 public:
  Instant now() const { return now_; }
  void Set(Instant now) { now_ = now; }

 private:
  Instant now_{};
};

}  // namespace signaling::gateway
