#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "gateway/config.h"
#include "services/common/text.h"

// The defaults stand in Config alone.
static const signaling::gateway::Config& Default() {
  static const auto* const config = new signaling::gateway::Config();
  return *config;
}

ABSL_FLAG(std::string, address, Default().address, "IP address to listen on");
ABSL_FLAG(int, port, Default().port, "port for WebSockets and pages; 0: any");
ABSL_FLAG(int, internal_port, Default().internal_port,
          "port for /metrics, /healthz and /readyz; 0: any");
ABSL_FLAG(std::string, service, Default().service,
          "host:port of the signaling service, a comma-separated list of its replicas, or "
          "dns:///name:port, whose every address is a replica");
ABSL_FLAG(std::string, service_ca, Default().service_ca,
          "PEM file with the CAs of the service's certificate; empty: no TLS to the service");
ABSL_FLAG(std::string, service_cert, Default().service_cert,
          "PEM file with the certificate that the service is shown, followed by those that lead to "
          "its CA");
ABSL_FLAG(std::string, service_key, Default().service_key,
          "PEM file with the private key of --service_cert");
ABSL_FLAG(std::string, service_token_file, Default().service_token_file,
          "file with the token that the service is shown");
ABSL_FLAG(std::string, service_name, Default().service_name,
          "the name that the service's certificate is for; empty: the one in --service");
ABSL_FLAG(int, max_connections, static_cast<int>(Default().max_connections),
          "sessions at the same time");
ABSL_FLAG(absl::Duration, timeout, Default().timeout,
          "a client that sends nothing for so long, not even a pong, is closed");
ABSL_FLAG(absl::Duration, handshake_timeout, Default().handshake_timeout,
          "for the HTTP request, and again for the hello on /v1");
ABSL_FLAG(std::string, default_room, Default().default_room,
          "the room of a client on / that names none");
ABSL_FLAG(std::vector<std::string>, allowed_origins, Default().allowed_origins,
          "origins whose pages may connect, comma-separated, or *; empty: the same host");
ABSL_FLAG(bool, allow_anonymous, Default().allow_anonymous,
          "listen beyond loopback although nothing authenticates clients");
ABSL_FLAG(bool, allow_query_token, Default().allow_query_token,
          "take a client's token from the query too, where logs and histories keep it");
ABSL_FLAG(std::string, tls_cert, Default().tls_cert,
          "PEM file with the certificate of the port, followed by those that lead to its CA; "
          "empty: without TLS");
ABSL_FLAG(std::string, tls_key, Default().tls_key, "PEM file with the certificate's private key");
ABSL_FLAG(std::vector<std::string>, trusted_proxies, {},
          "addresses and prefixes (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, "
          "comma-separated");
ABSL_FLAG(
    std::string, rate_limits, "default",
    "default, off, or a comma-separated list of what is different: description=5 (offers and "
    "answers a second of a session), candidate=50, other=20 (likewise), burst=128 (of each of "
    "these, at least 128), connection=20 (new ones a second of an address), authentication=10 "
    "(failed ones of an address, one is forgiven every 5 s)");
ABSL_FLAG(int, max_message_bytes, static_cast<int>(Default().max_message_bytes),
          "largest message of a client");
ABSL_FLAG(int, max_json_depth, Default().max_json_depth, "deepest nesting of a client's message");
ABSL_FLAG(absl::Duration, link_flush_interval, Default().link_flush_interval,
          "batches to the service are at least so far apart");
ABSL_FLAG(int, io_threads, Default().io_threads, "threads that serve sockets");
ABSL_FLAG(absl::Duration, drain_timeout, Default().drain_timeout,
          "after SIGTERM or SIGINT, until the last session is closed");
ABSL_FLAG(int, drain_rate, Default().drain_rate,
          "sessions a second that are told then to connect elsewhere; more where it would take "
          "more than 80 % of "
          "--drain_timeout");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error");

namespace signaling::gateway {
namespace {

constexpr int kMaxPort = 65535;

absl::Status ReadPort(std::string_view flag, int value, std::uint16_t* port) {
  if (value < 0 || value > kMaxPort) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", Absl(flag), "=", value, ": must be from 0 to ", kMaxPort));
  }
  *port = static_cast<std::uint16_t>(value);
  return absl::OkStatus();
}

absl::Status ReadSize(std::string_view flag, int value, std::size_t* size) {
  if (value < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", Absl(flag), "=", value, ": must not be negative"));
  }
  *size = static_cast<std::size_t>(value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> ConfigFromFlags() {
  Config config;
  config.address = absl::GetFlag(FLAGS_address);
  config.service = absl::GetFlag(FLAGS_service);
  config.service_ca = absl::GetFlag(FLAGS_service_ca);
  config.service_cert = absl::GetFlag(FLAGS_service_cert);
  config.service_key = absl::GetFlag(FLAGS_service_key);
  config.service_token_file = absl::GetFlag(FLAGS_service_token_file);
  config.service_name = absl::GetFlag(FLAGS_service_name);
  config.timeout = absl::GetFlag(FLAGS_timeout);
  config.handshake_timeout = absl::GetFlag(FLAGS_handshake_timeout);
  config.default_room = absl::GetFlag(FLAGS_default_room);
  config.allowed_origins = absl::GetFlag(FLAGS_allowed_origins);
  config.allow_anonymous = absl::GetFlag(FLAGS_allow_anonymous);
  config.allow_query_token = absl::GetFlag(FLAGS_allow_query_token);
  config.tls_cert = absl::GetFlag(FLAGS_tls_cert);
  config.tls_key = absl::GetFlag(FLAGS_tls_key);
  config.max_json_depth = absl::GetFlag(FLAGS_max_json_depth);
  config.link_flush_interval = absl::GetFlag(FLAGS_link_flush_interval);
  config.io_threads = absl::GetFlag(FLAGS_io_threads);
  config.drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  config.drain_rate = absl::GetFlag(FLAGS_drain_rate);
  absl::Status status = ReadPort("port", absl::GetFlag(FLAGS_port), &config.port);
  status.Update(
      ReadPort("internal_port", absl::GetFlag(FLAGS_internal_port), &config.internal_port));
  status.Update(
      ReadSize("max_connections", absl::GetFlag(FLAGS_max_connections), &config.max_connections));
  status.Update(ReadSize("max_message_bytes", absl::GetFlag(FLAGS_max_message_bytes),
                         &config.max_message_bytes));
  if (!log::ParseLevel(absl::GetFlag(FLAGS_log_level), &config.log_level)) {
    status.Update(absl::InvalidArgumentError("--log_level: must be debug, info, warning or error"));
  }
  if (auto proxies = TrustedProxies::Parse(absl::GetFlag(FLAGS_trusted_proxies)); proxies.ok()) {
    config.trusted_proxies = *std::move(proxies);
  } else {
    status.Update(proxies.status());
  }
  if (const auto limits = ParseRateLimits(absl::GetFlag(FLAGS_rate_limits)); limits.ok()) {
    config.rate_limits = *limits;
  } else {
    status.Update(limits.status());
  }
  if (status.ok()) status = Validate(config);
  if (!status.ok()) return status;
  return config;
}

}  // namespace signaling::gateway
