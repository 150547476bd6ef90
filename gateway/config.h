// Everything that can be set about the gateway, with its defaults. A value; thread-safe once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/common/limits.h"
#include "services/common/log.h"

namespace signaling::gateway {

struct Config {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8765;                // 0: any
  std::uint16_t internal_port = 8766;       // 0: any
  std::string service = "127.0.0.1:50051";  // as ParseServiceTarget reads it
  std::size_t max_connections = 10;
  absl::Duration timeout = absl::Seconds(30);
  absl::Duration handshake_timeout = absl::Seconds(10);
  std::string default_room = "lobby";
  std::vector<std::string> allowed_origins;  // empty: the same host
  bool allow_anonymous = false;
  std::size_t max_message_bytes = kMaxMessageBytes;
  int max_json_depth = 16;
  absl::Duration link_flush_interval = absl::Milliseconds(1);
  int io_threads = 1;
  absl::Duration drain_timeout = absl::Seconds(25);
  int drain_rate = 500;  // sessions a second
  log::Level log_level = log::Level::kInfo;
};

// Says in one line which flag cannot be.
absl::Status Validate(const Config& config);

// Reads the flags that stand in config_flags.cc; invalid where Validate says so or a flag is out of range.
absl::StatusOr<Config> ConfigFromFlags();

}  // namespace signaling::gateway
