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
    session_ = other.session_;
  }
  return *this;
}

bool Admission::Seat::Settle(const std::string& session) {
  if (admission_ == nullptr) return false;
  if (session == *session_) return true;
  MutexLock lock(admission_->mu_);
  auto& claims = admission_->claims_;
  const bool alone = claims.at(*session_) == 1;
  // Its place goes along, unless another socket has a claim on it.
  if (alone) admission_->GiveBack(*session_);
  const std::string* const claimed = admission_->TryClaim(session);
  if (claimed == nullptr) return false;
  if (!alone) admission_->GiveBack(*session_);
  session_ = claimed;
  return true;
}

void Admission::Seat::Release() {
  if (admission_ == nullptr) return;
  MutexLock lock(admission_->mu_);
  admission_->GiveBack(*session_);
  admission_ = nullptr;
}

Admission::Seat Admission::TakeSession(const std::string& session) {
  MutexLock lock(mu_);
  return {this, TryClaim(session)};
}

Admission::Seat Admission::TakeSession(const std::string& session, const std::string& resumed) {
  MutexLock lock(mu_);
  return {this, TryClaim(claims_.contains(resumed) ? resumed : session)};
}

const std::string* Admission::TryClaim(const std::string& session) {
  auto held = claims_.find(session);
  if (held == claims_.end()) {
    if (claims_.size() >= max_sessions_) return nullptr;
    held = claims_.emplace(session, 0).first;
  }
  ++held->second;
  return &held->first;
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
