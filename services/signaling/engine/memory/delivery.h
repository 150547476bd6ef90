// Puts events into outboxes and says so to the sessions' holders.
#pragma once

#include <string_view>
#include <vector>

#include "services/common/reason.h"
#include "services/signaling/engine/memory/room.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Delivery {
 public:
  // Numbers and keeps the event. A session whose outbox it would overflow is noted and gets nothing more.
  void Send(Session* to, signaling::v1::DownFrame&& event);

  // The event that answers the numbered message `id` of the same session.
  void Answer(Session* to, std::uint64_t id, signaling::v1::DownFrame&& event);
  void Refuse(Session* to, std::uint64_t id, Reason reason, std::string_view message);

  // A room event for everybody in the room but `self`; `make` is asked for each, since views differ.
  template <typename Make>
  void Tell(const Room& room, const Session* self, Make make) {
    for (Session* other : room.participants()) {
      if (other == self) continue;
      signaling::v1::DownFrame event;
      make(*other, event.mutable_room());
      Send(other, std::move(event));
    }
  }

  // The sessions noted since the last call, each once.
  std::vector<Session*> TakeOverflowed() { return std::exchange(overflowed_, {}); }

 private:
  std::vector<Session*> overflowed_;
};

}  // namespace signaling
