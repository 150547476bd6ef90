// StreamSessions, for the log: what its sessions are told.
#include "services/signaling/rpc/session_log.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {

std::string StreamSessions::LoggedTrace(std::uint32_t number) const {
  if (!LogsSessions()) return {};
  MutexLock lock(mu_);
  return slots_.NameOf(number).traceparent;
}

void StreamSessions::LogFilled(const v1::DownBatch& batch) const {
  // Controls come first, then the events of each session.
  const int first_event = work_.empty() ? batch.frames_size() : work_.front().first_frame;
  for (int i = 0; i < first_event; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (index < control_names_.size()) LogTold(control_names_[index], batch.frames(i));
  }
  for (std::size_t w = 0; w < work_.size() && w < work_names_.size(); ++w) {
    const int end = w + 1 < work_.size() ? work_[w + 1].first_frame : batch.frames_size();
    for (int i = work_[w].first_frame; i < end; ++i) {
      LogTold(work_names_[w], batch.frames(i));
    }
  }
}

}  // namespace signaling
