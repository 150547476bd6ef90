// What is due when: each thing at most once, found by its own time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"

namespace signaling {

// Kept by the thing itself; of the one Deadlines that it is in.
struct Due {
  absl::Duration at = absl::InfiniteDuration();
  std::uint64_t number = 0;
};

// Not thread-safe. `Thing` has a member `due`, and is cleared before it goes.
template <typename Thing>
class Deadlines {
 public:
  // `at` as Clock::Uptime.
  void Set(Thing* thing, absl::Duration at) {
    Clear(thing);
    thing->due = {at, ++last_number_};
    things_.emplace(std::pair(at, thing->due.number), thing);
  }

  void Clear(Thing* thing) {
    things_.erase(std::pair(thing->due.at, thing->due.number));
    thing->due = {};
  }

  std::size_t size() const { return things_.size(); }

  // Takes out the one that has been due longest; null: nothing is.
  Thing* Next(absl::Duration now) {
    if (things_.empty() || things_.begin()->first.first > now) return nullptr;
    Thing* thing = things_.begin()->second;
    Clear(thing);
    return thing;
  }

 private:
  absl::btree_map<std::pair<absl::Duration, std::uint64_t>, Thing*> things_;
  std::uint64_t last_number_ = 0;
};

}  // namespace signaling
