#include "services/signaling/engine/memory/ended_sessions.h"

#include <utility>

namespace signaling {
namespace {

constexpr std::size_t kMaxEndings = 10'000;

}  // namespace

void EndedSessions::Add(const SessionId& id, Ending ending) {
  if (!endings_.emplace(id, std::move(ending)).second) return;
  oldest_first_.push_back({id, clock_.Uptime() + keep_});
  if (oldest_first_.size() > kMaxEndings) {
    endings_.erase(oldest_first_.front().id);
    oldest_first_.pop_front();
  }
}

const EndedSessions::Ending* EndedSessions::Find(const SessionId& id) const {
  const auto found = endings_.find(id);
  return found == endings_.end() ? nullptr : &found->second;
}

void EndedSessions::Expire() {
  while (!oldest_first_.empty() && oldest_first_.front().until <= clock_.Uptime()) {
    endings_.erase(oldest_first_.front().id);
    oldest_first_.pop_front();
  }
}

}  // namespace signaling
