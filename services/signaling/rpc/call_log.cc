#include "services/signaling/rpc/call_log.h"

#include <utility>
#include <vector>

#include "services/common/log.h"

namespace signaling {

bool CallLog::TakeRefused() {
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
  if (!log::IsOn(level) || (line.refused && !TakeRefused())) return;
  std::vector<log::Field> fields = {{"method", line.method},
                                    {"caller", line.caller},
                                    {"code", line.code},
                                    {"reason", line.reason},
                                    {"request_id", line.subject.request_id},
                                    {"duration_ms", absl::ToInt64Milliseconds(line.took)}};
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) fields.emplace_back(key, value);
  };
  add("room", line.subject.room);
  add("client_id", line.subject.client_id);
  add("offer_id", line.subject.offer_id);
  add("session", line.subject.session);
  add("traceparent", line.traceparent);
  log::Write(level, "call", fields);
}

}  // namespace signaling
