// The histories of what has ended, for a while.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "services/common/clock.h"
#include "services/signaling/core/session_id.h"
#include "services/signaling/engine/memory/history.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. Bounded: the oldest are forgotten first.
class EndedHistories {
 public:
  // Of a session, or of a stored offer.
  struct Life {
    SessionId session = {};
    std::uint64_t number = 0;    // of the session; 0: it was never made
    std::string client_id = {};  // of the session
    std::string offer_id = {};   // empty: it is a session's
    History history = {};
  };

  explicit EndedHistories(const Clock& clock) : clock_(clock) {}

  // What was added; the newer of two of the same session is the one that is found.
  Life* Add(Life life);
  // Each null where there is none, or it is too long ago.
  Life* FindSession(const SessionId& id);
  Life* FindSession(std::uint64_t number);
  Life* FindOffer(const std::string& id);
  void Expire();

 private:
  struct Row {
    Life life;
    absl::Duration until;  // as Clock::Uptime
  };
  using Rows = std::list<Row>;

  void ForgetOldest();

  // Constant after construction.
  const Clock& clock_;

  Rows rows_;  // oldest first
  absl::flat_hash_map<SessionId, Rows::iterator> sessions_;
  absl::flat_hash_map<std::uint64_t, Rows::iterator> numbers_;
  absl::flat_hash_map<std::string, Rows::iterator> offers_;
};

}  // namespace signaling
