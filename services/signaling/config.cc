#include "services/signaling/config.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/address.h"
#include "services/common/shared_settings.h"
#include "services/signaling/core/ice_uri.h"

namespace signaling {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// A browser asks all of them at once, and every client is told all.
constexpr std::size_t kMaxIceUrls = 16;

using Check = absl::Status (*)(std::string_view);

void AddIceUrls(std::string_view name, std::vector<std::string>* urls, Check check,
                std::string_view help, Settings& settings) {
  settings.AddList(
      name, *urls, help, [urls, check](const std::vector<std::string>& list) -> absl::Status {
        if (list.size() > kMaxIceUrls) {
          return absl::InvalidArgumentError(absl::StrCat("must be at most ", kMaxIceUrls, " URLs"));
        }
        // A password that has a comma in it is in two of them: of such a list none is repeated.
        const bool repeats = absl::StrJoin(list, ",").find('@') == std::string::npos;
        for (const std::string& url : list) {
          if (const absl::Status status = check(url); !status.ok()) {
            return absl::InvalidArgumentError(
                absl::StrCat(repeats ? absl::StrCat("'", url, "': ") : "", status.message()));
          }
        }
        *urls = list;
        return absl::OkStatus();
      });
}

// The rules of rooms and offers.
void DeclareEngine(EngineOptions& engine, Settings& settings) {
  settings
      .Add("engine", "memory", "where the state is kept",
           [](const std::string& text) {
             return text == "memory" ? absl::OkStatus()
                                     : absl::InvalidArgumentError("must be memory");
           })
      .Values("memory");
  // A room of more, with all the metadata that each may have, is more than an outbox holds.
  settings.Add("max_participants", &engine.max_participants, {2, 50},
               "participants a room takes at most");
  settings
      .Add("media", "any", "what rooms that do not say, and offers by id, take",
           [&engine](const std::string& text) {
             if (text != "any" && text != "audio") {
               return absl::InvalidArgumentError("must be any or audio");
             }
             engine.audio_only = text == "audio";
             return absl::OkStatus();
           })
      .Values("any, audio");
  settings.Add(
      "relay_only", &engine.relay_only,
      "rooms that do not say, and offers by id, keep the participants' addresses from each other");
  settings.Add("room_empty_timeout", &engine.room_empty_timeout, {absl::Seconds(1), kDay},
               "a room without participants ends after this time");
  settings.Add("offer_ttl", &engine.offer_ttl, {absl::Seconds(1), kDay},
               "an offer that does not say otherwise waits this long for a claim");
  settings.Add("claim_lease", &engine.claim_lease, {absl::Seconds(1), absl::Minutes(5)},
               "a claimed offer has to be answered within this time");
  settings.Add("resume_window", &engine.resume_window, {absl::ZeroDuration(), absl::Minutes(10)},
               "a session whose connection broke waits this long for its client");
  settings.Add("max_offers", &engine.max_waiting_offers, {1, 1000},
               "offers of one session that may wait at a time");
}

void DeclareIce(ServiceConfig& config, Settings& settings) {
  IceServersOptions& ice = config.ice;
  AddIceUrls("stun_urls", &ice.stun_urls, CheckStunUri,
             "STUN servers for clients, comma-separated: `stun:host:port` (RFC 7064), at most 16",
             settings);
  AddIceUrls("turn_urls", &ice.turn_urls, CheckTurnUri,
             "TURN servers for clients, comma-separated: `turn:host:port?transport=udp` (RFC "
             "7065), at most 16",
             settings);
  settings.Add("turn_secret_file", &config.turn_secret_file,
               "file with the secrets shared with the TURN servers, one a line; the first one "
               "signs; read again when it "
               "changes");
  settings.Add("turn_ttl", &ice.turn_ttl, {absl::Seconds(10), kDay},
               "how long a TURN credential lasts");
}

// How streams go, and end.
void DeclareStreams(ServiceConfig& config, Settings& settings) {
  settings.Add("link_flush_interval", &config.server.flush_interval,
               {absl::ZeroDuration(), absl::Milliseconds(100)},
               "at most one write per interval to a gateway, the first at once");
  settings.Add("max_stream_age", &config.server.max_stream_age,
               {absl::Seconds(1), kDay, /*or_zero=*/true},
               "a stream ends after this time, or up to a tenth of it earlier, and says so 30 s "
               "before, so that connections "
               "are balanced anew; 0: never");
  settings.Add("drain_timeout", &config.drain_timeout, {absl::ZeroDuration(), absl::Minutes(10)},
               "until the last session of a service that is told to stop is closed; it ends at "
               "most 3 s later");
  settings.Add("drain_rate", &config.drain_rate, {1, 1'000'000},
               "sessions a second that it sends away; more where the time would not do");
}

}  // namespace

void Declare(ServiceConfig& config, Settings& settings) {
  AddAddress(&config.server.address, settings);
  settings.Add("port", &config.server.port, kPorts, "gRPC; 0 takes any");
  settings.Add("internal_port", &config.internal_port, kPorts,
               "`/metrics`, `/healthz`, `/readyz`; 0 takes any");
  settings.Add("allow_anonymous", &config.allow_anonymous,
               "listen beyond loopback although clients need no token; not together with keys");
  DeclareAuth(config, settings);
  DeclareTls(config, settings);
  AddRateLimits(&config.server.rate_limits,
                "`default`, `off`, or a comma-separated list of what is different: `description=5` "
                "(offers and answers a second of a "
                "session on `Connect`), `candidate=50`, `other=20` (likewise), `burst=128` (of "
                "each of these, at least 128), `call=50` "
                "(of `RoomService` a second of a caller, twice as many at once), "
                "`authentication=10` (failed ones of an address, one "
                "is forgiven every 5 s)",
                settings);
  DeclareEngine(config.engine, settings);
  DeclareIce(config, settings);
  DeclareStreams(config, settings);
  settings.Add("reflection", &config.server.reflection, "serve gRPC reflection");
  AddLogLevel(&config.log_level, settings);
}

absl::Status Validate(ServiceConfig* config) {
  if (config->authenticates() && config->allow_anonymous) {
    return absl::InvalidArgumentError(
        "--allow_anonymous and keys for tokens (--auth_keys, --auth_jwks_url): one of the two");
  }
  absl::Status status =
      CheckListenAddress(config->server.address,
                         {.guarded = config->authenticates(),
                          .allow_anonymous = config->allow_anonymous,
                          .missing = "clients need no token (--auth_keys or --auth_jwks_url)"});
  if (status.ok()) status = ValidateAuth(config);
  if (status.ok()) status = ValidateTls(config);
  if (status.ok() && config->ice.turn_urls.empty() != config->turn_secret_file.empty()) {
    return absl::InvalidArgumentError("--turn_urls and --turn_secret_file: each needs the other");
  }
  return status;
}

}  // namespace signaling
