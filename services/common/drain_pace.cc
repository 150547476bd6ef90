#include "services/common/drain_pace.h"

#include <algorithm>
#include <limits>

namespace signaling {
namespace {

// The rest is for what was sent away to be gone.
constexpr double kShareOfTimeout = 0.8;

double RateFor(std::size_t count, absl::Duration timeout, double per_second) {
  const double seconds = absl::ToDoubleSeconds(timeout) * kShareOfTimeout;
  if (seconds <= 0) return std::numeric_limits<double>::infinity();
  return std::max(per_second, static_cast<double>(count) / seconds);
}

}  // namespace

DrainPace::DrainPace(std::size_t count, absl::Duration timeout, double per_second)
    : count_(count), per_second_(RateFor(count, timeout, per_second)) {}

std::size_t DrainPace::MayBeGone(absl::Duration elapsed) const {
  if (elapsed < absl::ZeroDuration()) return 0;
  // Counted from the first, so that it does not wait; infinity times zero is not asked for.
  if (per_second_ == std::numeric_limits<double>::infinity()) return count_;
  const double gone = absl::ToDoubleSeconds(elapsed) * per_second_ + 1;
  return gone >= static_cast<double>(count_) ? count_ : static_cast<std::size_t>(gone);
}

}  // namespace signaling
