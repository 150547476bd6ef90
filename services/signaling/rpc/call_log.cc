#include "services/signaling/rpc/call_log.h"

#include <utility>

#include "services/common/log.h"

namespace signaling {

bool CallLog::MayTellRefused() {
  MutexLock lock(mu_);
  if (refused_.Take(kRefused, absl::ToChronoNanoseconds(clock_.Uptime()))) return true;
  ++dropped_;
  return false;
}

void CallLog::Tick() {
  std::uint64_t dropped = 0;
  {
    MutexLock lock(mu_);
    if (dropped_ == 0) return;
    // Whoever goes on being refused is told of as often as a line of its own would be.
    if (!refused_.Take(kRefused, absl::ToChronoNanoseconds(clock_.Uptime()))) return;
    dropped = std::exchange(dropped_, 0);
  }
  log::Warning("log_lines_dropped", {{"of", "call"}, {"lines", dropped}});
}

void CallLog::Write(const CallLine& line) {
  log::Level level = line.changes ? log::Level::kInfo : log::Level::kDebug;
  if (line.refused) level = log::Level::kWarning;
  if (!log::IsOn(level) || (line.refused && !MayTellRefused())) return;
  log::Write(level, "call",
             {{"method", line.method},
              {"caller", line.caller},
              {"code", line.code},
              {"reason", line.reason},
              {"request_id", line.subject.request_id},
              {"duration_ms", absl::ToInt64Milliseconds(line.took)},
              log::IfAny("room", line.subject.room),
              log::IfAny("client_id", line.subject.client_id),
              log::IfAny("offer_id", line.subject.offer_id),
              log::IfAny("session", line.subject.session),
              log::IfAny("traceparent", line.traceparent)});
}

}  // namespace signaling
