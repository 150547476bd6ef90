// The sessions without a connection: when the others in the room are told, and how long each may stay away.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/deadlines.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Presence {
 public:
  Presence(const Clock& clock, Delivery& delivery) : clock_(clock), delivery_(delivery) {}

  // Nobody holds the session any more.
  void Leave(Session* session, absl::Duration window);
  // Somebody does again. Nothing happens where somebody did all the time.
  void Return(Session* session);
  // The session ends. Nobody is told.
  void Forget(Session* session);

  // Tells of those that have been away for a second, and takes out the next whose window is over. Null: there is none.
  Session* Expire();

  // Sessions that are away.
  std::size_t size() const { return by_leaving_.size(); }
  // What they kept when they were left.
  std::size_t bytes() const { return bytes_; }
  // Takes out the one that has been away longest. There is one.
  Session* TakeLongest();

 private:
  void Tell(Session* session, bool connected);

  // Constant after construction.
  const Clock& clock_;
  Delivery& delivery_;

  Deadlines<Session> deadlines_;
  absl::btree_map<std::uint64_t, Session*> by_leaving_;
  std::uint64_t last_number_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace signaling
