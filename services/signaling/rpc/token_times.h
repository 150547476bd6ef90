// When the tokens of one stream's sessions end: who is to be told so, and whose time is over.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/signaling/core/identity.h"

namespace signaling {

// Not thread-safe: guarded by the lock of StreamSessions, which owns it.
class TokenTimes {
 public:
  struct Due {
    std::uint32_t slot;
    absl::Time expires;
    bool over;  // with its grace; else the end is near
  };

  explicit TokenTimes(TokenLife life) : life_(life) {}

  // In place of what was known of the slot. InfiniteFuture: there is no end.
  void Set(std::uint32_t slot, absl::Time expires);
  void Clear(std::uint32_t slot);
  // Each end comes once in each of the two ways.
  std::vector<Due> Take(absl::Time now);

 private:
  struct Plan {
    absl::Time expires;
    absl::Time when;
    bool told = false;
  };

  // Constant after construction.
  const TokenLife life_;

  absl::flat_hash_map<std::uint32_t, Plan> plans_;
  absl::btree_set<std::pair<absl::Time, std::uint32_t>> due_;
};

}  // namespace signaling
