#include "gateway/config.h"

#include "gateway/link/service_target.h"
#include "services/common/address.h"
#include "services/common/ids.h"
#include "services/common/shared_settings.h"

namespace signaling::gateway {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24);

absl::Status Invalid(const char* why) { return absl::InvalidArgumentError(why); }

// A browser sends scheme://host[:port], without a path (RFC 6454, section 7).
bool LooksLikeOrigin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == 0 || scheme == std::string_view::npos) return false;
  const std::string_view host = origin.substr(scheme + 3);
  return !host.empty() && host.find_first_of("/?# @") == std::string_view::npos;
}

void DeclareService(Config& config, Settings& settings) {
  settings.Add("service", config.service,
               "`host:port`, a comma-separated list of them (one for each replica), or "
               "`dns:///name:port`, whose every "
               "address is a replica (looked up every 30 s, and when a link breaks); at most 64. "
               "IPv6 literals stand in "
               "brackets",
               [&config](const std::string& text) -> absl::Status {
                 if (const auto target = ParseServiceTarget(text); !target.ok()) {
                   return target.status();
                 }
                 config.service = text;
                 return absl::OkStatus();
               });
  settings.Add(
      "service_ca", &config.service_ca,
      "PEM file with the CAs that vouch for the service's certificate; empty: without TLS");
  settings.Add("service_cert", &config.service_cert,
               "PEM file with the client certificate that says who this gateway is, followed by "
               "those that lead to its CA; "
               "needs `--service_ca`");
  settings.Add("service_key", &config.service_key, "PEM file with its private key");
  settings.Add("service_name", &config.service_name,
               "the name that the service's certificate is for; empty: the one in `--service`");
  settings.Add("service_token_file", &config.service_token_file,
               "file with the token that says who this gateway is, read anew for each stream");
}

void DeclareDoor(Config& config, Settings& settings) {
  settings.Add("tls_cert", &config.tls_cert,
               "PEM file with the certificate of the public port, followed by those that lead to "
               "its CA; empty: without TLS. "
               "The internal port stays plain");
  settings.Add("tls_key", &config.tls_key, "PEM file with its private key, without a passphrase");
  settings.Add("allow_anonymous", &config.allow_anonymous,
               "listen beyond loopback although nothing says who this gateway is, and serve where "
               "the service runs open");
  settings.Add("allow_query_token", &config.allow_query_token,
               "take a client's token from the query too (`token=` or `access_token=`), where logs "
               "and histories keep it");
  settings
      .AddList("allowed_origins", config.allowed_origins,
               "origins whose pages may connect, comma-separated, or `*`; empty: the same host",
               [&config](const std::vector<std::string>& origins) -> absl::Status {
                 for (const std::string& origin : origins) {
                   if (origin == "*" || LooksLikeOrigin(origin)) continue;
                   return Invalid("must be a list of scheme://host[:port], or *");
                 }
                 config.allowed_origins = origins;
                 return absl::OkStatus();
               })
      .Reloads();
  settings
      .AddList("trusted_proxies", {},
               "addresses and prefixes (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is "
               "believed, comma-separated",
               [&config](const std::vector<std::string>& list) -> absl::Status {
                 absl::StatusOr<TrustedProxies> proxies = TrustedProxies::Parse(list);
                 if (!proxies.ok()) return proxies.status();
                 config.trusted_proxies = *std::move(proxies);
                 return absl::OkStatus();
               })
      .Reloads();
}

void DeclareClients(Config& config, Settings& settings) {
  AddRateLimits(&config.rate_limits,
                "`default`, `off`, or a comma-separated list of what is different: `description=5` "
                "(offers and answers a second of a "
                "session), `candidate=50`, `other=20` (likewise), `burst=128` (of each of these, "
                "at least 128), `connection=20` (new "
                "ones a second of an address, three times as many at once), `authentication=10` "
                "(failed ones of an address, one is "
                "forgiven every 5 s)",
                settings);
  settings.Add("max_connections", &config.max_connections, {1, 1'000'000}, "sessions at a time")
      .Reloads();
  settings.Add("timeout", &config.timeout, {absl::Seconds(1), kLongest},
               "a client that sends nothing for so long, not even a pong, is closed");
  settings.Add("handshake_timeout", &config.handshake_timeout, {absl::Milliseconds(100), kLongest},
               "for the HTTP request, and again for the `hello` on `/v1`");
  settings.Add("default_room", config.default_room, "the room of a client on `/` that names none",
               [&config](const std::string& text) -> absl::Status {
                 if (!IsValidId(text)) {
                   return Invalid("must be 1 to 128 characters of [A-Za-z0-9._~:@-]");
                 }
                 config.default_room = text;
                 return absl::OkStatus();
               });
  // A batch of the link holds many messages of the largest size.
  settings.Add("max_message_bytes", &config.max_message_bytes, {1024, 262'144},
               "largest message of a client");
  settings.Add("max_json_depth", &config.max_json_depth, {2, 128},
               "deepest nesting of a client's message");
}

}  // namespace

void Declare(Config& config, Settings& settings) {
  AddAddress(&config.address, settings);
  settings.Add("port", &config.port, kPorts, "WebSocket and pages; 0 takes any");
  settings.Add("internal_port", &config.internal_port, kPorts,
               "`/metrics`, `/healthz`, `/readyz`; 0 takes any");
  DeclareService(config, settings);
  DeclareDoor(config, settings);
  DeclareClients(config, settings);
  settings.Add("io_threads", &config.io_threads, {1, 64},
               "threads that serve sockets, each with a link of its own");
  settings.Add("link_flush_interval", &config.link_flush_interval,
               {absl::ZeroDuration(), absl::Milliseconds(100)},
               "batches to the service are at least so far apart");
  settings.Add("drain_timeout", &config.drain_timeout, {absl::ZeroDuration(), absl::Minutes(10)},
               "after SIGTERM or SIGINT, until the last session is closed");
  settings.Add("drain_rate", &config.drain_rate, {1, 1'000'000},
               "sessions a second that are told then to connect elsewhere; more where it would "
               "take more than 80 % of "
               "`--drain_timeout`");
  AddLogLevel(&config.log_level, settings);
}

bool TellsTokenInPlaintext(const Config& config) {
  if (config.service_token_file.empty() || !config.service_ca.empty()) return false;
  const absl::StatusOr<ServiceTarget> target = ParseServiceTarget(config.service);
  return target.ok() && !IsLocal(*target);
}

absl::Status Validate(const Config* config) {
  if (absl::Status status = CheckListenAddress(
          config->address,
          {.guarded = !config->service_token_file.empty() || !config->service_cert.empty(),
           .allow_anonymous = config->allow_anonymous,
           .missing = "the service is shown no identity (--service_token_file or --service_cert)"});
      !status.ok()) {
    return status;
  }
  if (config->service_cert.empty() != config->service_key.empty()) {
    return Invalid("--service_cert and --service_key: each needs the other");
  }
  if (config->service_ca.empty() && !config->service_cert.empty()) {
    return Invalid("--service_cert: needs --service_ca");
  }
  if (config->service_ca.empty() && !config->service_name.empty()) {
    return Invalid("--service_name: needs --service_ca");
  }
  if (config->tls_cert.empty() != config->tls_key.empty()) {
    return Invalid(config->tls_cert.empty() ? "--tls_cert: must be set where --tls_key is"
                                            : "--tls_key: must be set where --tls_cert is");
  }
  return absl::OkStatus();
}

}  // namespace signaling::gateway
