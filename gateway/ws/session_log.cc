#include "gateway/ws/session_log.h"

#include <chrono>

#include "services/common/log.h"

namespace signaling::gateway {

void LogSessionEnd(const SessionEnd& end) {
  const auto level = end.session_id.empty() ? log::Level::kDebug : log::Level::kInfo;
  const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(end.lasted);
  log::Write(level, "session_end",
             {{"session_id", end.session_id},
              {"path", end.path},
              {"reason", end.reason},
              {"close_code", end.close_code},
              {"side", CloseSideName(end.side)},
              {"duration_ms", std::int64_t{lasted.count()}},
              {"received", end.received},
              {"sent", end.sent}});
}

}  // namespace signaling::gateway
