// The sessions without a connection: when the others in the room are told, and how long each may stay away.
#pragma once

#include <cstddef>

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
  std::size_t size() const { return deadlines_.size(); }

 private:
  void Tell(Session* session, bool connected);

  // Constant after construction.
  const Clock& clock_;
  Delivery& delivery_;

  Deadlines<Session> deadlines_;
};

}  // namespace signaling
