#include "gateway/admission.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace signaling::gateway {
namespace {

constexpr std::size_t kLeastExtraWaiting = 4;
constexpr std::size_t kExtraWaitingShare = 10;  // one in ten

}  // namespace

Admission::Admission(Limits limits)
    : max_sockets_(limits.max_sockets), max_sessions_(limits.max_sessions) {}

Admission::Seat& Admission::Seat::operator=(Seat&& other) noexcept {
  if (this != &other) {
    Release();
    admission_ = std::exchange(other.admission_, nullptr);
    session_ = std::move(other.session_);
  }
  return *this;
}

bool Admission::Seat::Settle(const std::string& session) {
  if (admission_ == nullptr) return false;
  if (session == session_) return true;
  MutexLock lock(admission_->mu_);
  auto& claims = admission_->claims_;
  const bool alone = claims.at(session_) == 1;
  // Its place goes along, unless another socket has a claim on it.
  if (alone) admission_->GiveBack(session_);
  if (!admission_->TryClaim(session)) return false;
  if (!alone) admission_->GiveBack(session_);
  session_ = session;
  return true;
}

void Admission::Seat::Release() {
  if (admission_ == nullptr) return;
  MutexLock lock(admission_->mu_);
  admission_->GiveBack(session_);
  admission_ = nullptr;
}

Admission::Seat Admission::TakeSession(const std::string& session) {
  MutexLock lock(mu_);
  return TryClaim(session) ? Seat(this, session) : Seat();
}

Admission::Seat Admission::TakeSession(const std::string& session, const std::string& resumed) {
  MutexLock lock(mu_);
  const std::string& claimed = claims_.contains(resumed) ? resumed : session;
  return TryClaim(claimed) ? Seat(this, claimed) : Seat();
}

bool Admission::TryClaim(const std::string& session) {
  const auto held = claims_.find(session);
  if (held != claims_.end()) {
    ++held->second;
    return true;
  }
  if (claims_.size() >= max_sessions_) return false;
  claims_.emplace(session, 1);
  return true;
}

void Admission::GiveBack(const std::string& session) {
  const auto held = claims_.find(session);
  if (--held->second == 0) claims_.erase(held);
}

std::size_t Admission::sessions() const {
  MutexLock lock(mu_);
  return claims_.size();
}

Admission::Place Admission::TakeWaiting() {
  const std::size_t taken = sessions();
  const std::size_t most = max_sessions_;
  return Take(waiting_, most - std::min(taken, most) +
                            std::max(kLeastExtraWaiting, most / kExtraWaitingShare));
}

Admission::Place Admission::Take(std::atomic<std::size_t>& counter, std::size_t limit) {
  std::size_t taken = counter.load();
  do {
    if (taken >= limit) return {};
  } while (!counter.compare_exchange_weak(taken, taken + 1));
  return Place(&counter);
}

std::size_t RaiseDescriptorLimit(std::size_t reserve) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  if (limit.rlim_cur == RLIM_INFINITY) return std::numeric_limits<std::size_t>::max();
  const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
  return descriptors > reserve ? descriptors - reserve : 1;
}

}  // namespace signaling::gateway
