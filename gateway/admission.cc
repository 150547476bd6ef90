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
    : limits_(limits),
      max_extra_waiting_(std::max(kLeastExtraWaiting, limits.max_sessions / kExtraWaitingShare)) {}

Admission::Place Admission::TakeWaiting() {
  const std::size_t sessions = sessions_.load();
  const std::size_t free = limits_.max_sessions - std::min(sessions, limits_.max_sessions);
  return Take(waiting_, free + max_extra_waiting_);
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
