#include "services/signaling/config.h"

#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/secret_file.h"
#include "services/signaling/core/ice_uri.h"

ABSL_FLAG(std::string, address, "127.0.0.1",
          "IP address that the gRPC and the internal port listen on.");
ABSL_FLAG(int, port, 50051, "Port of gRPC; 0 takes any.");
ABSL_FLAG(int, internal_port, 50052, "Port of /metrics, /healthz and /readyz; 0 takes any.");
ABSL_FLAG(bool, allow_anonymous, false,
          "Listen beyond loopback although nothing authenticates clients.");
ABSL_FLAG(bool, reflection, true, "Serve gRPC reflection.");
ABSL_FLAG(std::string, engine, "memory", "Where the state is kept: memory.");
ABSL_FLAG(int, max_participants, 5, "Participants a room takes at most.");
ABSL_FLAG(std::string, media, "any",
          "What rooms that do not say, and offers by id, take: any or audio.");
ABSL_FLAG(
    bool, relay_only, false,
    "Rooms that do not say, and offers by id, keep the participants' addresses from each other.");
ABSL_FLAG(absl::Duration, room_empty_timeout, absl::Minutes(1),
          "A room without participants ends after this time.");
ABSL_FLAG(absl::Duration, offer_ttl, absl::Hours(1),
          "An offer that does not say otherwise waits this long for a claim.");
ABSL_FLAG(absl::Duration, claim_lease, absl::Seconds(15),
          "A claimed offer has to be answered within this time.");
ABSL_FLAG(absl::Duration, resume_window, absl::Seconds(30),
          "A session whose connection broke waits this long for its client.");
ABSL_FLAG(int, max_offers, 50, "Offers of one session that may wait at a time.");
ABSL_FLAG(std::vector<std::string>, stun_urls, {},
          "STUN servers for clients, comma-separated: stun:host:port.");
ABSL_FLAG(std::vector<std::string>, turn_urls, {},
          "TURN servers for clients, comma-separated: turn:host:port?transport=udp.");
ABSL_FLAG(std::string, turn_secret_file, "",
          "File with the secrets that the TURN servers share with this service, one a line; the "
          "first signs the "
          "clients' credentials. Read again when it changes.");
ABSL_FLAG(absl::Duration, turn_ttl, absl::Hours(1), "How long a TURN credential lasts.");
ABSL_FLAG(absl::Duration, link_flush_interval, absl::Microseconds(500),
          "At most one write per interval to a gateway, the first at once.");
ABSL_FLAG(
    absl::Duration, max_stream_age, absl::Hours(1),
    "A stream ends after this time, or up to a tenth of it earlier, and says so before, so that "
    "connections are balanced anew; 0: never.");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(25),
          "A service that is told to stop ends after this time at the latest.");
ABSL_FLAG(int, drain_rate, 500,
          "Sessions a second that it sends away; more where the time would not do.");
ABSL_FLAG(std::string, rate_limits, "default",
          "default, off, or a comma-separated list of what is different: description=5 (offers and "
          "answers a second of a session on Connect), candidate=50, other=20 (likewise), burst=128 "
          "(of each of these, at least 128), call=50 (a second of a caller of RoomService), "
          "authentication=10 (failed ones of an address, one is forgiven every 5 s).");
ABSL_FLAG(std::string, log_level, "info", "debug, info, warning or error.");

namespace signaling {
namespace {

absl::Status CheckCount(const char* flag, int value, int least, int most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, "=", value, ": must be ", least, " to ", most));
}

absl::Status CheckDuration(const char* flag, absl::Duration value, absl::Duration least,
                           absl::Duration most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, "=", absl::FormatDuration(value),
                                                 ": must be ", absl::FormatDuration(least), " to ",
                                                 absl::FormatDuration(most)));
}

// The rules of rooms and offers.
absl::Status ReadEngineFlags(EngineOptions* options) {
  if (absl::GetFlag(FLAGS_engine) != "memory") {
    return absl::InvalidArgumentError(
        absl::StrCat("--engine=", absl::GetFlag(FLAGS_engine), ": must be memory"));
  }
  const std::string media = absl::GetFlag(FLAGS_media);
  if (media != "any" && media != "audio") {
    return absl::InvalidArgumentError(absl::StrCat("--media=", media, ": must be any or audio"));
  }
  const int participants = absl::GetFlag(FLAGS_max_participants);
  const int offers = absl::GetFlag(FLAGS_max_offers);
  options->audio_only = media == "audio";
  options->relay_only = absl::GetFlag(FLAGS_relay_only);
  options->room_empty_timeout = absl::GetFlag(FLAGS_room_empty_timeout);
  options->offer_ttl = absl::GetFlag(FLAGS_offer_ttl);
  options->claim_lease = absl::GetFlag(FLAGS_claim_lease);
  options->resume_window = absl::GetFlag(FLAGS_resume_window);
  for (const absl::Status& status :
       {// A room of more, with all the metadata that each may have, is more than an outbox holds.
        CheckCount("max_participants", participants, 2, 50),
        CheckCount("max_offers", offers, 1, 1000),
        CheckDuration("room_empty_timeout", options->room_empty_timeout, absl::Seconds(1),
                      absl::Hours(24)),
        CheckDuration("offer_ttl", options->offer_ttl, absl::Seconds(1), absl::Hours(24)),
        CheckDuration("claim_lease", options->claim_lease, absl::Seconds(1), absl::Minutes(5)),
        CheckDuration("resume_window", options->resume_window, absl::ZeroDuration(),
                      absl::Minutes(10))}) {
    if (!status.ok()) return status;
  }
  options->max_participants = static_cast<std::size_t>(participants);
  options->max_waiting_offers = static_cast<std::size_t>(offers);
  return absl::OkStatus();
}

// How streams end.
absl::Status ReadLifetimeFlags(ServiceConfig* config) {
  config->server.max_stream_age = absl::GetFlag(FLAGS_max_stream_age);
  config->drain_timeout = absl::GetFlag(FLAGS_drain_timeout);
  config->drain_rate = absl::GetFlag(FLAGS_drain_rate);
  if (config->server.max_stream_age != absl::ZeroDuration()) {
    if (absl::Status status = CheckDuration("max_stream_age", config->server.max_stream_age,
                                            absl::Seconds(1), absl::Hours(24));
        !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(status.message(), ", or 0"));
    }
  }
  if (absl::Status status = CheckDuration("drain_timeout", config->drain_timeout,
                                          absl::ZeroDuration(), absl::Minutes(10));
      !status.ok()) {
    return status;
  }
  return CheckCount("drain_rate", config->drain_rate, 1, 1'000'000);
}

// A browser asks all of them at once, and every client is told all.
constexpr std::size_t kMaxIceUrls = 16;

absl::Status CheckIceUrls(const char* flag, const std::vector<std::string>& urls,
                          absl::Status (*check)(std::string_view)) {
  if (urls.size() > kMaxIceUrls) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag, ": at most ", kMaxIceUrls, " URLs"));
  }
  for (const std::string& url : urls) {
    if (const absl::Status status = check(url); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", flag, ": '", url, "': ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadIceFlags(ServiceConfig* config) {
  IceServersOptions& ice = config->ice;
  ice.stun_urls = absl::GetFlag(FLAGS_stun_urls);
  ice.turn_urls = absl::GetFlag(FLAGS_turn_urls);
  ice.turn_ttl = absl::GetFlag(FLAGS_turn_ttl);
  config->turn_secret_file = absl::GetFlag(FLAGS_turn_secret_file);
  for (const absl::Status& status :
       {CheckIceUrls("stun_urls", ice.stun_urls, CheckStunUri),
        CheckIceUrls("turn_urls", ice.turn_urls, CheckTurnUri),
        CheckDuration("turn_ttl", ice.turn_ttl, absl::Seconds(10), absl::Hours(24))}) {
    if (!status.ok()) return status;
  }
  if (ice.turn_urls.empty() != config->turn_secret_file.empty()) {
    return absl::InvalidArgumentError("--turn_urls and --turn_secret_file: each needs the other");
  }
  if (ice.turn_urls.empty()) return absl::OkStatus();
  auto secrets = ReadSecrets(config->turn_secret_file);
  if (!secrets.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--turn_secret_file: ", secrets.status().message()));
  }
  ice.turn_secrets = *std::move(secrets);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ServiceConfig> ConfigFromFlags() {
  ServiceConfig config;
  config.server.address = absl::GetFlag(FLAGS_address);
  if (absl::Status status = ReadAuthFlags(&config); !status.ok()) return status;
  const bool authenticates = config.authenticates();
  const bool anonymous = absl::GetFlag(FLAGS_allow_anonymous);
  if (authenticates && anonymous) {
    return absl::InvalidArgumentError(
        "--allow_anonymous and keys for tokens (--auth_keys, --auth_jwks_url): one of the two");
  }
  if (absl::Status status =
          CheckListenAddress(config.server.address,
                             {.guarded = authenticates,
                              .allow_anonymous = anonymous,
                              .missing = "clients need no token (--auth_keys or --auth_jwks_url)"});
      !status.ok()) {
    return status;
  }
  if (absl::Status status = ReadTlsFlags(authenticates, &config.server); !status.ok()) {
    return status;
  }
  for (const auto& [name, port] :
       {std::pair{"port", absl::GetFlag(FLAGS_port)},
        std::pair{"internal_port", absl::GetFlag(FLAGS_internal_port)}}) {
    if (absl::Status status = CheckCount(name, port, 0, 65535); !status.ok()) return status;
  }
  config.server.port = static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port));
  config.internal_port = static_cast<std::uint16_t>(absl::GetFlag(FLAGS_internal_port));
  config.server.reflection = absl::GetFlag(FLAGS_reflection);
  config.server.flush_interval = absl::GetFlag(FLAGS_link_flush_interval);
  if (config.server.flush_interval < absl::ZeroDuration() ||
      config.server.flush_interval > absl::Milliseconds(100)) {
    return absl::InvalidArgumentError("--link_flush_interval: must be 0 to 100ms");
  }
  if (absl::Status status = ReadEngineFlags(&config.engine); !status.ok()) return status;
  if (absl::Status status = ReadLifetimeFlags(&config); !status.ok()) return status;
  if (absl::Status status = ReadIceFlags(&config); !status.ok()) return status;
  const auto limits = ParseRateLimits(absl::GetFlag(FLAGS_rate_limits));
  if (!limits.ok()) return limits.status();
  config.server.rate_limits = *limits;
  if (!log::ParseLevel(absl::GetFlag(FLAGS_log_level), &config.log_level)) {
    return absl::InvalidArgumentError(absl::StrCat("--log_level=", absl::GetFlag(FLAGS_log_level),
                                                   ": must be debug, info, warning or error"));
  }
  return config;
}

}  // namespace signaling
