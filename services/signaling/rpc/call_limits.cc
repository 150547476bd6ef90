#include "services/signaling/rpc/call_limits.h"

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "services/common/text.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxCallers = 100'000;

TokenBucket::Time Uptime(const Clock& clock) { return absl::ToChronoNanoseconds(clock.Uptime()); }

AddressKey KeyOf(std::string_view peer) { return AddressKey(PeerAddress(peer)); }

}  // namespace

Limit LimitOf(const signaling::v1::UpFrame& frame) {
  using signaling::v1::Signal;
  if (frame.offer().has_create()) return Limit::kDescription;
  switch (frame.signal().signal_case()) {
    case Signal::kOffer:
    case Signal::kAnswer: return Limit::kDescription;
    case Signal::kIceCandidate: return Limit::kCandidate;
    default: return Limit::kOther;
  }
}

std::string PeerAddress(std::string_view peer) {
  absl::string_view rest = Absl(peer);
  if (!absl::ConsumePrefix(&rest, "ipv4:") && !absl::ConsumePrefix(&rest, "ipv6:")) return {};
  rest = rest.substr(0, rest.rfind(':'));
  std::string address = absl::StrReplaceAll(rest, {{"%5B", "["}, {"%5D", "]"}});
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  return address;
}

CallLimits::CallLimits(const RateLimits& limits, const Clock& clock, Probe& probe)
    : clock_(clock),
      probe_(probe),
      limits_(limits),
      addresses_(limits),
      calls_by_name_(RateOf(limits, Limit::kCall), kMaxCallers),
      calls_by_address_(RateOf(limits, Limit::kCall), kMaxCallers) {}

void CallLimits::SetLimits(const RateLimits& limits) {
  addresses_.SetLimits(limits);
  calls_by_name_.SetRate(RateOf(limits, Limit::kCall));
  calls_by_address_.SetRate(RateOf(limits, Limit::kCall));
  MutexLock lock(mu_);
  limits_ = limits;
}

RateLimits CallLimits::limits() const {
  MutexLock lock(mu_);
  return limits_;
}

TokenBucket::Time CallLimits::Now() const { return Uptime(clock_); }

absl::Status CallLimits::MayAuthenticate(std::string_view peer) const {
  if (!addresses_.MayAuthenticate(KeyOf(peer), Now())) return absl::OkStatus();
  probe_.RateLimited(Limit::kAuthentication);
  return Refusal(Reason::kRateLimited, "too many failed authentications of this address");
}

void CallLimits::OnFailedAuthentication(std::string_view peer) {
  addresses_.OnFailedAuthentication(KeyOf(peer), Now());
}

absl::Status CallLimits::OnCall(const std::string& caller, std::string_view peer) {
  if (!limits().enabled) return absl::OkStatus();
  const bool taken = caller.empty() ? calls_by_address_.Take(KeyOf(peer), Now())
                                    : calls_by_name_.Take(caller, Now());
  if (taken) return absl::OkStatus();
  probe_.RateLimited(Limit::kCall);
  return Refusal(Reason::kRateLimited, "too many calls in too short a time");
}

bool ReadGate::OnFrame(Limit kind) {
  MutexLock lock(mu_);
  const MessageLimiter::Taken taken = limiter_.Take(limits_.limits(), kind, Now());
  if (taken == MessageLimiter::Taken::kEpisodeBegins) limits_.OnEpisode(kind);
  return taken == MessageLimiter::Taken::kReadOn;
}

bool ReadGate::OnTick() {
  MutexLock lock(mu_);
  return limiter_.OnTick(limits_.limits(), Now());
}

TokenBucket::Time ReadGate::Now() const { return Uptime(limits_.clock()); }

}  // namespace signaling
