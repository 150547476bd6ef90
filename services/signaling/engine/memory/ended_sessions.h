// How sessions ended whose clients may not know yet, so that a resume is told the truth.
#pragma once

#include <cstddef>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/common/clock.h"
#include "services/signaling/core/session_id.h"
#include "services/signaling/engine/memory/resume_tokens.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. Bounded: the oldest are forgotten first, and then their resume is told
// SESSION_EXPIRED.
class EndedSessions {
 public:
  struct Ending {
    ResumeTokens tokens;
    signaling::v1::Closed closed;  // what its connection was, or would have been, told
    bool events_lost = false;      // rather than removed: the client may begin anew
  };

  // Each ending for as long as `keep`.
  EndedSessions(const Clock& clock, absl::Duration keep) : clock_(clock), keep_(keep) {}

  void Add(const SessionId& id, Ending ending);
  // Null: there was none such, or it is long ago.
  const Ending* Find(const SessionId& id) const;
  void Expire();

 private:
  struct Row {
    SessionId id;
    absl::Duration until;
  };

  // Constant after construction.
  const Clock& clock_;
  const absl::Duration keep_;

  absl::flat_hash_map<SessionId, Ending> endings_;
  std::deque<Row> oldest_first_;
};

}  // namespace signaling
