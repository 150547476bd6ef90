// How long to wait before the next attempt: doubling, with full jitter, so that gateways do not come back together.
// Not thread-safe; owned by who tries.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace signaling::gateway {

class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Backoff(Milliseconds first, Milliseconds longest, std::uint32_t seed)
      : first_(first), longest_(longest), ceiling_(first), random_(seed) {}

  Milliseconds Next() {
    std::uniform_int_distribution<Milliseconds::rep> jitter(0, ceiling_.count());
    ceiling_ = std::min(2 * ceiling_, longest_);
    return Milliseconds(jitter(random_));
  }

  void Reset() { ceiling_ = first_; }

 private:
  // Constant after construction.
  const Milliseconds first_;
  const Milliseconds longest_;

  Milliseconds ceiling_;
  std::minstd_rand random_;
};

}  // namespace signaling::gateway
