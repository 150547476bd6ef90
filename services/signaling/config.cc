#include "services/signaling/config.h"

#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"

ABSL_FLAG(std::string, address, "127.0.0.1",
          "IP address that the gRPC and the internal port listen on.");
ABSL_FLAG(int, port, 50051, "Port of gRPC; 0 takes any.");
ABSL_FLAG(int, internal_port, 50052, "Port of /metrics, /healthz and /readyz; 0 takes any.");
ABSL_FLAG(bool, allow_anonymous, false,
          "Listen beyond loopback although nothing authenticates clients.");
ABSL_FLAG(bool, reflection, true, "Serve gRPC reflection.");
ABSL_FLAG(std::string, engine, "memory", "Where the state is kept: memory.");
ABSL_FLAG(int, max_participants, 5, "Participants a room takes at most.");
ABSL_FLAG(absl::Duration, link_flush_interval, absl::Microseconds(500),
          "At most one write per interval to a gateway, the first at once.");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error.");

namespace signaling {
namespace {

absl::Status CheckPort(const char* flag, int port) {
  if (port >= 0 && port <= 65535) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, "=", port, ": must be 0 to 65535"));
}

}  // namespace

absl::StatusOr<ServiceConfig> ConfigFromFlags() {
  ServiceConfig config;
  config.server.address = absl::GetFlag(FLAGS_address);
  const bool anonymous = absl::GetFlag(FLAGS_allow_anonymous);
  if (absl::Status status = CheckListenAddress(config.server.address, anonymous); !status.ok())
    return status;
  for (const auto& [name, port] :
       {std::pair{"port", absl::GetFlag(FLAGS_port)},
        std::pair{"internal_port", absl::GetFlag(FLAGS_internal_port)}}) {
    if (absl::Status status = CheckPort(name, port); !status.ok()) return status;
  }
  config.server.port = static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port));
  config.internal_port = static_cast<std::uint16_t>(absl::GetFlag(FLAGS_internal_port));
  config.server.reflection = absl::GetFlag(FLAGS_reflection);
  config.server.flush_interval = absl::GetFlag(FLAGS_link_flush_interval);
  if (config.server.flush_interval < absl::ZeroDuration() ||
      config.server.flush_interval > absl::Milliseconds(100)) {
    return absl::InvalidArgumentError("--link_flush_interval: must be 0 to 100ms");
  }
  if (absl::GetFlag(FLAGS_engine) != "memory") {
    return absl::InvalidArgumentError(
        absl::StrCat("--engine=", absl::GetFlag(FLAGS_engine), ": must be memory"));
  }
  // A room of more, with all the metadata that each may have, is more than an outbox holds.
  const int participants = absl::GetFlag(FLAGS_max_participants);
  if (participants < 2 || participants > 50) {
    return absl::InvalidArgumentError(
        absl::StrCat("--max_participants=", participants, ": must be 2 to 50"));
  }
  config.engine.max_participants = static_cast<std::size_t>(participants);
  if (!log::ParseLevel(absl::GetFlag(FLAGS_log_level), &config.log_level)) {
    return absl::InvalidArgumentError(absl::StrCat("--log_level=", absl::GetFlag(FLAGS_log_level),
                                                   ": must be debug, info, warning or error"));
  }
  return config;
}

}  // namespace signaling
