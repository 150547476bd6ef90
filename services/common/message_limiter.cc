#include "services/common/message_limiter.h"

namespace signaling {

MessageLimiter::Taken MessageLimiter::Take(const RateLimits& limits, Limit kind, Time now) {
  if (!limits.enabled) return Taken::kReadOn;
  const TokenRate rate = RateOf(limits, kind);
  TokenBucket& bucket = buckets_[Index(kind)];
  bucket.Take(rate, now);
  if (bucket.UntilToken(rate, now) == Time::zero()) return Taken::kReadOn;
  kind_ = kind;
  empty_ = true;
  if (episode_) return Taken::kEmpty;
  episode_ = true;
  since_ = now;
  return Taken::kEpisodeBegins;
}

bool MessageLimiter::OnTick(const RateLimits& limits, Time now) {
  if (!empty_) {
    episode_ = false;
    return false;
  }
  if (limits.enabled && UntilToken(limits, now) > Time::zero()) return false;
  empty_ = false;
  return true;
}

}  // namespace signaling
