// Who holds each session's connection, what who comes back is told and given, and how long a session waits without one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/chronicle.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/ended_sessions.h"
#include "services/signaling/engine/memory/presence.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Connections {
 public:
  Connections(const EngineOptions& options, const Clock& clock, Chronicle& chronicle,
              Delivery& delivery);

  // The holder of a new session is told that it is open.
  void Open(Session* session, signaling::v1::ResumeError resume_error);
  // Its opener says that it has heard nothing of the opening.
  void OpenAgain(Session* session, const signaling::v1::Open& open, const Holder& holder,
                 signaling::v1::ResumeError resume_error);
  // A session of this id has ended for a reason that its client has to hear: it is told, and none is opened.
  bool RefuseEnded(const SessionId& id, const Holder& holder) const;

  // The client comes back to `session`, null where there is none. RESUME_ERROR_UNSPECIFIED: the holder was told how it
  // went. Else a session is to be opened instead; the one that has lost events ends with this operation. `opener`: the id
  // of the session that would be opened. `may_go_on` is asked where the token is the session's; a refusal is told.
  signaling::v1::ResumeError Resume(const SessionId& id, Session* session, const SessionId& opener,
                                    const signaling::v1::Open& open,
                                    absl::FunctionRef<absl::Status()> may_go_on,
                                    const Holder& holder);
  // A gateway moves it.
  void Attach(const SessionId& id, Session* session, const signaling::v1::Attach& attach,
              const Holder& holder);

  // Its holder is gone, and it waits.
  void LetGo(Session* session, bool link_broken);
  // The session ends; its holder is told, and so is who tries to come back.
  void End(Session* session, signaling::v1::Closed closed);
  // Takes out the next whose time to come back is over, with all its window. Null: there is none.
  Session* Expire();

  void Acknowledge(Session* session, std::uint64_t seq);
  PullResult Pull(Session* session, std::uint64_t after_seq, std::uint32_t slot, PullBudget* budget,
                  signaling::v1::DownBatch* batch);

  // Sessions without a connection.
  std::size_t away() const { return presence_.size(); }

 private:
  // How long what was pulled had waited, or that it was for who came back.
  void TellPulled(Session* session, std::uint64_t after_seq, std::uint64_t last_seq);
  // From whoever holds it.
  void Take(Session* session, const Holder& holder);
  signaling::v1::Opened OpenedOf(const Session& session) const;
  void TellOpen(Session* session, signaling::v1::ResumeError resume_error);
  // Tells the holder, which gets what is after `received_seq`.
  void Tell(Session* session, signaling::v1::Opened opened, std::uint64_t received_seq);

  // Constant after construction.
  const EngineOptions& options_;
  Chronicle& chronicle_;
  Delivery& delivery_;

  Presence presence_;
  EndedSessions endings_;
};

// Where a connection is part of a trace, the session is from now on.
void KeepTrace(const signaling::v1::Open& open, Session* session);

}  // namespace signaling
