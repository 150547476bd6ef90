// Token buckets: so many a second, and so many at once. Times are those of a steady clock, since any fixed point. Integers
// all the way, so nothing drifts. Values; not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

namespace signaling {

// What the buckets of one kind have in common.
struct TokenRate {
  std::int64_t tokens = 1;  // come back in `per`; at least 1
  std::chrono::nanoseconds per = std::chrono::seconds(1);
  std::int64_t burst = 1;  // that a bucket holds; times `per` it has to fit into 63 bits
};

// Full at first. Asked with another rate than before, of the same `per`, it lacks what it lacked, or all that it holds now.
class TokenBucket {
 public:
  using Time = std::chrono::nanoseconds;

  // False where there is none. A time before the last one is taken for that.
  bool Take(const TokenRate& rate, Time now);
  // Zero where there is one.
  Time UntilToken(const TokenRate& rate, Time now) const;
  // As if it were new: it may be forgotten.
  bool IsFull(const TokenRate& rate, Time now) const { return Missing(rate, now) == 0; }

 private:
  std::int64_t Missing(const TokenRate& rate, Time now) const;

  // Of what a full one holds, at `counted_at_`. One token is `per` in nanoseconds; each nanosecond brings back `tokens`.
  std::int64_t missing_ = 0;
  Time counted_at_{};
};

}  // namespace signaling
