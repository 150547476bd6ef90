// What the service can be told. Durations as Abseil writes them (30s).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/common/log.h"
#include "services/signaling/auth/options.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/server.h"

namespace signaling {

struct ServiceConfig {
  ServerOptions server;
  EngineOptions engine;
  IceServersOptions ice;
  auth::AuthOptions auth;
  std::string turn_secret_file;  // where the secrets in `ice` come from; empty: there are none
  absl::Duration drain_timeout = absl::Seconds(25);
  int drain_rate = 500;  // sessions a second
  std::uint16_t internal_port = 50052;
  log::Level log_level = log::Level::kInfo;

  // Clients need tokens.
  bool authenticates() const { return !auth.key_file.empty() || !auth.jwks_url.empty(); }
};

// Reads and checks the flags, which ParseFlags has set.
absl::StatusOr<ServiceConfig> ConfigFromFlags();

// Those of config_auth.cc.
absl::Status ReadAuthFlags(ServiceConfig* config);

// Those of config_tls.cc. Where callers can show a token instead, client certificates are optional.
absl::Status ReadTlsFlags(bool takes_tokens, ServerOptions* options);

}  // namespace signaling
