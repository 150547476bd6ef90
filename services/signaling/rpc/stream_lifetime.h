// How long a stream may live: so that the connections of long-lived clients are balanced anew, and end when the server
// stops.
#pragma once

#include "absl/time/time.h"
#include "services/common/mutex.h"

namespace signaling {

// Thread-safe. Times are as Clock::Uptime has them.
class StreamLifetime {
 public:
  enum class Step { kNone, kGoAway, kEnd };

  // It began at `now` and ends after `max_age`, or up to a tenth of that earlier: `spread`, 0 to 1, says how much, so that
  // streams that began together do not end together. 0: it does not age.
  StreamLifetime(absl::Duration max_age, absl::Duration now, double spread);

  // What is to be done. kGoAway comes once, half a minute before the end.
  Step Next(absl::Duration now);

  // It ends no later than `left` from `now`, which is told before like every end.
  void Limit(absl::Duration now, absl::Duration left);

  // The end comes at `when`, if not earlier. False: kGoAway is past, or was said here before.
  bool EndBy(absl::Duration when);

  // Until the end.
  absl::Duration Left(absl::Duration now) const;

 private:
  mutable Mutex mu_;
  absl::Duration go_away_at_ ABSL_GUARDED_BY(mu_);
  absl::Duration end_at_ ABSL_GUARDED_BY(mu_);
  bool going_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace signaling
