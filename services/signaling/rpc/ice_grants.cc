#include "services/signaling/rpc/ice_grants.h"

namespace signaling {

void IceGrants::SetIn(v1::DownBatch* batch) {
  for (v1::DownFrame& frame : *batch->mutable_frames()) {
    if (!frame.has_opened()) continue;
    *frame.mutable_opened()->mutable_ice_servers() = Make(frame.opened().session_id());
  }
}

void IceGrants::Opened(std::uint32_t slot, const SessionId& session) {
  if (!servers_.has_turn()) return;
  MutexLock lock(mu_);
  PlanFor(slot, session);
}

void IceGrants::Closed(std::uint32_t slot) {
  MutexLock lock(mu_);
  const auto found = plans_.find(slot);
  if (found == plans_.end()) return;
  due_.erase({found->second.when, slot});
  plans_.erase(found);
}

std::vector<IceGrants::Renewal> IceGrants::Renew() {
  std::vector<Renewal> renewals;
  {
    MutexLock lock(mu_);
    const absl::Duration now = servers_.Now();
    while (!due_.empty() && due_.begin()->first <= now) {
      const std::uint32_t slot = due_.begin()->second;
      const SessionId session = plans_.at(slot).session;
      due_.erase(due_.begin());
      PlanFor(slot, session);
      renewals.push_back({slot, session, {}});
    }
  }
  for (Renewal& renewal : renewals) renewal.servers = Make(renewal.session.ToString());
  return renewals;
}

v1::IceServers IceGrants::Make(const std::string& session_id) {
  if (servers_.has_turn()) probe_.TurnCredentialMade();
  return servers_.For(session_id);
}

void IceGrants::PlanFor(std::uint32_t slot, const SessionId& session) {
  const absl::Duration when = servers_.RenewalTime();
  plans_[slot] = {session, when};
  due_.emplace(when, slot);
}

}  // namespace signaling
