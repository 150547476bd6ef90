// How fast a process that stops sends its sessions away: not all at once, since they all come back somewhere, and soon
// enough to be done before its deadline.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace signaling {

// An immutable value.
class DrainPace {
 public:
  // For `count` sessions: `per_second` of them a second, or as many as are gone after 80 % of `timeout`, whichever is more.
  DrainPace(std::size_t count, absl::Duration timeout, double per_second);

  // How many may have been sent away `elapsed` after the beginning. Never falls; the first goes at once.
  std::size_t MayBeGone(absl::Duration elapsed) const;

 private:
  std::size_t count_;
  double per_second_;
};

}  // namespace signaling
