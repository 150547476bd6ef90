// Everything that can be set about the gateway, with its defaults. A value; thread-safe once made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/forwarded.h"
#include "services/common/limits.h"
#include "services/common/log.h"
#include "services/common/rate_limits.h"
#include "services/common/settings.h"

namespace signaling::gateway {

struct Config {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8765;                // 0: any
  std::uint16_t internal_port = 8766;       // 0: any
  std::string service = "127.0.0.1:50051";  // as ParseServiceTarget reads it
  // Files, empty where there are none: the CA that TLS to the service begins with, and what the gateway shows it.
  std::string service_ca;
  std::string service_cert;
  std::string service_key;
  std::string service_token_file;
  std::string service_name;  // in the service's certificate; empty: the name in `service`
  std::size_t max_connections = 10;
  absl::Duration timeout = absl::Seconds(30);
  absl::Duration handshake_timeout = absl::Seconds(10);
  std::string default_room = "lobby";
  std::vector<std::string> allowed_origins;  // empty: the same host
  bool allow_anonymous = false;
  std::string tls_cert;  // a file; empty: without TLS
  std::string tls_key;
  bool allow_query_token = false;
  TrustedProxies trusted_proxies;
  RateLimits rate_limits;
  std::size_t max_message_bytes = kMaxMessageBytes;
  int max_json_depth = 16;
  absl::Duration link_flush_interval = absl::Milliseconds(1);
  int io_threads = 1;
  absl::Duration drain_timeout = absl::Seconds(25);
  int drain_rate = 500;  // sessions a second
  log::Level log_level = log::Level::kInfo;
};

// Each member as a setting, with what it may be.
void Declare(Config& config, Settings& settings);

// Says in one line which settings do not go together.
absl::Status Validate(const Config* config);

// Reads certificates, keys and tokens as Start does; says in one line which cannot be used. Binds nothing. In gateway.cc.
absl::Status ReadFiles(Config* config);

// The token for the service would leave this machine unencrypted.
bool TellsTokenInPlaintext(const Config& config);

}  // namespace signaling::gateway
