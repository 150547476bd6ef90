#include "services/common/token_bucket.h"

#include <algorithm>

namespace signaling {
namespace {

std::int64_t DivideUp(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::int64_t TokenBucket::Missing(const TokenRate& rate, Time now) const {
  const std::int64_t missing_then = std::min(missing_, rate.burst * rate.per.count());
  if (now <= counted_at_) return missing_then;
  const std::int64_t elapsed = (now - counted_at_).count();
  // However long that was: what is multiplied below is no more than was missing.
  if (elapsed >= DivideUp(missing_then, rate.tokens)) return 0;
  return missing_then - elapsed * rate.tokens;
}

bool TokenBucket::Take(const TokenRate& rate, Time now) {
  const std::int64_t missing = Missing(rate, now);
  if (missing > (rate.burst - 1) * rate.per.count()) return false;
  missing_ = missing + rate.per.count();
  counted_at_ = std::max(counted_at_, now);
  return true;
}

TokenBucket::Time TokenBucket::UntilToken(const TokenRate& rate, Time now) const {
  const std::int64_t over = Missing(rate, now) - (rate.burst - 1) * rate.per.count();
  return over <= 0 ? Time::zero() : Time(DivideUp(over, rate.tokens));
}

}  // namespace signaling
