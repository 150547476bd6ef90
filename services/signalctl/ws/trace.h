// What was seen on the way to a gateway, and how a connection ended. Plain values.
#pragma once

#include <array>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "services/signalctl/ws/tls.h"

namespace signaling::ctl {

using Clock = std::chrono::steady_clock;
using Duration = Clock::duration;
using Instant = Clock::time_point;

// The way to an open WebSocket. Of a connection that ended: what was under way.
enum class Stage : std::uint8_t { kResolve, kConnect, kTls, kUpgrade, kOpen };
inline constexpr std::size_t kStages = 5;

struct Trace {
  std::vector<std::string> addresses;  // what the name stands for, "192.0.2.1:443"
  std::string connected_to;
  std::string tls_version;
  Verification verification;
  int http_status = 0;  // of the answer to the upgrade
  std::string http_server;
  std::string http_location;
  std::string http_body;  // of a refusal, its beginning
  std::string subprotocol;
  std::array<Duration, kStages> took{};  // by stage, of those that are over
};

struct SocketEnd {
  Stage stage = Stage::kOpen;
  bool timed_out = false;
  bool overflowed = false;  // more was to be sent than may wait
  boost::system::error_code error;
  std::uint16_t close_code = 0;  // of the server's close frame; 0: none came
  std::string close_reason;
};

}  // namespace signaling::ctl
