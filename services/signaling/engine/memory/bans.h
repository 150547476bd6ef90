// Who has to stay out of which room, and until when. Outlives the room.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/deadlines.h"

namespace signaling {

// Not thread-safe; owned by Rooms.
class Bans {
 public:
  explicit Bans(const Clock& clock) : clock_(clock) {}

  // Replaces an earlier one; zero lifts it.
  void Set(const std::string& room, const std::string& client_id, absl::Duration time) {
    Key key(room, client_id);
    if (const auto found = bans_.find(key); found != bans_.end()) {
      deadlines_.Clear(found->second.get());
      bans_.erase(found);
    }
    if (time <= absl::ZeroDuration()) return;
    auto ban = std::make_unique<Ban>();
    ban->key = key;
    deadlines_.Set(ban.get(), clock_.Uptime() + time);
    bans_.emplace(std::move(key), std::move(ban));
    if (bans_.size() > kMaxBans) Lift(deadlines_.Next(absl::InfiniteDuration()));
  }

  bool Has(const std::string& room, const std::string& client_id) const {
    const auto found = bans_.find(Key(room, client_id));
    return found != bans_.end() && found->second->due.at > clock_.Uptime();
  }

  void Expire() {
    while (const Ban* ban = deadlines_.Next(clock_.Uptime())) Lift(ban);
  }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Ban {
    Key key;
    Due due;
  };

  // Over it, the one that is over soonest goes.
  static constexpr std::size_t kMaxBans = 100'000;

  void Lift(const Ban* ban) { bans_.erase(bans_.find(ban->key)); }

  const Clock& clock_;
  absl::flat_hash_map<Key, std::unique_ptr<Ban>> bans_;
  Deadlines<Ban> deadlines_;
};

}  // namespace signaling
