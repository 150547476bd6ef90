// Everything that can be set about the service, with its defaults. A value; thread-safe once made.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/common/log.h"
#include "services/common/settings.h"
#include "services/signaling/auth/options.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/server.h"

namespace signaling {

struct ServiceConfig {
  ServerOptions server{.port = 50051};
  EngineOptions engine;
  IceServersOptions ice;
  auth::AuthOptions auth;
  std::string turn_secret_file;  // where the secrets in `ice` come from; empty: there are none
  absl::Duration drain_timeout = absl::Seconds(25);
  int drain_rate = 500;  // sessions a second
  bool allow_anonymous = false;
  std::uint16_t internal_port = 50052;
  log::Level log_level = log::Level::kInfo;

  // Clients need tokens.
  bool authenticates() const { return !auth.key_file.empty() || !auth.jwks_url.empty(); }
};

// Each member as a setting, with what it may be.
void Declare(ServiceConfig& config, Settings& settings);
void DeclareAuth(ServiceConfig& config, Settings& settings);
void DeclareTls(ServiceConfig& config, Settings& settings);

// Says in one line which settings do not go together, and sets what follows from them.
absl::Status Validate(ServiceConfig* config);
absl::Status ValidateAuth(ServiceConfig* config);
absl::Status ValidateTls(ServiceConfig* config);

// Reads the secrets of TURN; says in one line which of the files that the settings name cannot be used. Asks nothing of the
// network.
absl::Status ReadFiles(ServiceConfig* config);

}  // namespace signaling
