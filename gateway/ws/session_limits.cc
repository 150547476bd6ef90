// What a client may send in how much time, and what becomes of one that sends more.
#include <utility>

#include "gateway/ws/session.h"
#include "gateway/ws/session_log.h"

namespace signaling::gateway {

Limit Session::LimitOf(MessageType type) {
  switch (type) {
    case MessageType::kOffer:
    case MessageType::kAnswer:
    case MessageType::kCreateOffer: return Limit::kDescription;
    case MessageType::kIceCandidate: return Limit::kCandidate;
    default: return Limit::kOther;
  }
}

void Session::CountMessage(Limit kind) {
  const RateLimits& limits = context_.settings.rate_limits;
  const auto now = context_.clock.now().time_since_epoch();
  const MessageLimiter::Taken taken = limiter_.Take(limits, kind, now);
  if (taken == MessageLimiter::Taken::kReadOn) return;
  UpdateReading();
  if (taken != MessageLimiter::Taken::kEpisodeBegins) return;
  context_.probe.RateLimited(kind);
  ++story_.rate_limited;
  LogRateLimited(names_, kind);
  EndUnless(down_.RateLimited(limiter_.UntilToken(limits, now)));
}

// Asked again: who waits with many sockets could try as many tokens after the address was stopped.
void Session::OnHello(Hello hello) {
  const auto refused =
      context_.addresses.MayAuthenticate(address_, context_.clock.now().time_since_epoch());
  if (!refused) return OpenSession(std::move(hello));
  context_.probe.RateLimited(refused->limit);
  Refuse(RefusalOf(*refused));
}

void Session::TickLimits(Instant now) {
  if (!active()) return;
  if (limiter_.lasts_too_long(now.time_since_epoch())) {
    return EndWith(Reason::kRateLimited, "too many messages for too long",
                   signaling::v1::Detach::CAUSE_BROKEN);
  }
  if (limiter_.OnTick(context_.settings.rate_limits, now.time_since_epoch())) UpdateReading();
}

}  // namespace signaling::gateway
