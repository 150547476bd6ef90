// Puts events into outboxes and says so to the sessions' holders.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/common/reason.h"
#include "services/signaling/engine/memory/chronicle.h"
#include "services/signaling/engine/memory/room.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Delivery {
 public:
  explicit Delivery(Chronicle& chronicle) : chronicle_(chronicle) {}

  // Numbers and keeps the event. A session whose outbox it would overflow is noted and gets nothing more.
  void Send(Session* to, signaling::v1::DownFrame&& event) {
    Append(to, std::move(event), absl::InfiniteDuration());
  }
  // The same for what another session sends with the operation that runs: how long it waits to be pulled is told.
  void Pass(Session* to, signaling::v1::DownFrame&& event) {
    Append(to, std::move(event), chronicle_.Uptime());
  }

  // The event that answers the numbered message `id` of the same session.
  void Answer(Session* to, std::uint64_t id, signaling::v1::DownFrame&& event);
  void Refuse(Session* to, std::uint64_t id, Reason reason, std::string_view message);
  // `room`: the one that was asked for, where the session is not in it; for its history.
  void Refuse(Session* to, std::uint64_t id, const absl::Status& refusal,
              std::string_view room = {});

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

  // The session has to end with the operation that runs. It gets nothing more.
  void End(Session* session, signaling::v1::LeaveReason reason, signaling::v1::Closed closed);

  struct Ending {
    Session* session;
    signaling::v1::LeaveReason reason;
    signaling::v1::Closed closed;
  };
  bool has_endings() const { return !endings_.empty(); }
  // Those noted since the last call, each once.
  std::vector<Ending> TakeEndings() { return std::exchange(endings_, {}); }

 private:
  void Append(Session* to, signaling::v1::DownFrame&& event, absl::Duration came);
  void AnswerError(Session* to, std::uint64_t id, signaling::v1::Error error,
                   std::string_view room = {});

  Chronicle& chronicle_;
  std::vector<Ending> endings_;
};

}  // namespace signaling
