// StreamSessions, for what clients say became of their set-ups.
#include <utility>

#include "services/signaling/core/checks.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {

void StreamSessions::Report(std::uint32_t number, const SessionRef& session,
                            const v1::Report& report) {
  const absl::Status fault = CheckReport(report);
  if (fault.ok()) return engine_.Report(session, report);
  MutexLock lock(mu_);
  Slot* slot = slots_.Find(number);
  if (slot == nullptr || slot->closed || !(slot->id == session.id)) return;
  // A client that does not read makes no more of them.
  if (std::exchange(slot->report_refusal_waits, true)) return;
  *slots_.AddControl(number).mutable_error() = MakeError(fault);
  NoteStream();
}

}  // namespace signaling
