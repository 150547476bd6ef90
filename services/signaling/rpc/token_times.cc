#include "services/signaling/rpc/token_times.h"

namespace signaling {

void TokenTimes::Set(std::uint32_t slot, absl::Time expires) {
  Clear(slot);
  if (expires == absl::InfiniteFuture()) return;
  const Plan plan{.expires = expires, .when = expires - life_.notice};
  plans_.emplace(slot, plan);
  due_.emplace(plan.when, slot);
}

void TokenTimes::Clear(std::uint32_t slot) {
  const auto found = plans_.find(slot);
  if (found == plans_.end()) return;
  due_.erase({found->second.when, slot});
  plans_.erase(found);
}

std::vector<TokenTimes::Due> TokenTimes::Take(absl::Time now) {
  std::vector<Due> taken;
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::uint32_t slot = due_.begin()->second;
    due_.erase(due_.begin());
    const auto found = plans_.find(slot);
    Plan& plan = found->second;
    taken.push_back({slot, plan.expires, plan.told});
    if (plan.told) {
      plans_.erase(found);
      continue;
    }
    plan.told = true;
    plan.when = plan.expires + life_.grace;
    due_.emplace(plan.when, slot);
  }
  return taken;
}

}  // namespace signaling
