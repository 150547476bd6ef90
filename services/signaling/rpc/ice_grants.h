// The ICE servers that the sessions of one stream have been given, and when they are to be given fresh ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/common/mutex.h"
#include "services/signaling/core/session_id.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/probe.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

// Thread-safe; its lock is a leaf. Credentials are signed with no lock of the stream's or the engine's held.
class IceGrants {
 public:
  struct Renewal {
    std::uint32_t slot;
    SessionId session;
    signaling::v1::IceServers servers;
  };

  IceGrants(const IceServers& servers, Probe& probe) : servers_(servers), probe_(probe) {}

  // By how much SetIn lets an opened grow, at most.
  std::size_t max_bytes() const { return servers_.max_bytes(); }
  // Fills in every opened of the batch.
  void SetIn(signaling::v1::DownBatch* batch);

  // From now on the session's servers are renewed, until its slot is closed.
  void Opened(std::uint32_t slot, const SessionId& session);
  void Closed(std::uint32_t slot);
  // Fresh ones for all whose time has come.
  std::vector<Renewal> Renew();

 private:
  struct Plan {
    SessionId session;
    absl::Duration when;
  };

  signaling::v1::IceServers Make(const std::string& session_id);
  void PlanFor(std::uint32_t slot, const SessionId& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  const IceServers& servers_;
  Probe& probe_;

  Mutex mu_;
  absl::flat_hash_map<std::uint32_t, Plan> plans_ ABSL_GUARDED_BY(mu_);
  absl::btree_set<std::pair<absl::Duration, std::uint32_t>> due_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
