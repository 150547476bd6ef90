// What one session may send: a token bucket for each kind of message. Nothing is dropped: who has emptied a bucket is not
// read until there is a token in it again, so its own end of the connection holds it back. Not thread-safe; owned by the
// session, and small, since there are many of them.
//
// An episode begins when a bucket is emptied. It is over when the session has been read from one tick to the next without
// emptying one, so it lasts while each time that reading goes on the bucket is empty again at once: while more comes than
// the rate allows, or as much still waits in the connection. Who sends less than 96 % of the rate has caught up, after a
// burst, within the five seconds that an episode may last (with ticks 200 ms apart).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "services/common/rate_limits.h"
#include "services/common/token_bucket.h"

namespace signaling {

class MessageLimiter {
 public:
  using Time = TokenBucket::Time;

  static constexpr std::chrono::seconds kPatience{5};

  enum class Taken : std::uint8_t {
    kReadOn,
    kEmpty,          // that was the last token: nothing more is to be read until OnTick says so
    kEpisodeBegins,  // likewise, and the client should know
  };

  // A message was received; it is handled in any case. `kind` is description, candidate or other.
  Taken Take(const RateLimits& limits, Limit kind, Time now);
  // To be called some times a second. True: there are tokens again, read on.
  bool OnTick(const RateLimits& limits, Time now);

  // Nothing is to be read.
  bool empty() const { return empty_; }
  // The episode lasts longer than a client's should.
  bool lasts_too_long(Time now) const { return empty_ && now - since_ >= kPatience; }
  // Until there is a token again, where it is.
  Time UntilToken(const RateLimits& limits, Time now) const {
    return buckets_[Index(kind_)].UntilToken(RateOf(limits, kind_), now);
  }

 private:
  static std::size_t Index(Limit kind) { return static_cast<std::size_t>(kind); }

  std::array<TokenBucket, 3> buckets_;
  Time since_{};                // of the episode
  Limit kind_ = Limit::kOther;  // of the bucket that was emptied last
  bool empty_ = false;
  bool episode_ = false;
};
static_assert(sizeof(MessageLimiter) <= 64);

}  // namespace signaling
