// The log line at the end of each session. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/instant.h"
#include "gateway/probe.h"

namespace signaling::gateway {

struct SessionEnd {
  std::string_view session_id;  // empty where none was opened: then the line is for debugging only
  std::string_view path;
  std::string_view reason;  // of the reason table, or empty
  std::uint16_t close_code;
  CloseSide side;
  Duration lasted;
  std::uint32_t received;
  std::uint32_t sent;
};

void LogSessionEnd(const SessionEnd& end);

}  // namespace signaling::gateway
