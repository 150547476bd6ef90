// The settings of tokens: whose keys, and what a token has to say.
#include <string>

#include "services/signaling/config.h"

namespace signaling {

void DeclareAuth(ServiceConfig& config, Settings& settings) {
  auth::AuthOptions& auth = config.auth;
  settings.Add("auth_keys", &auth.key_file,
               "file with the keys that sign clients' tokens: a JWKS, or public keys in PEM; read "
               "again when it changes");
  settings.Add("auth_jwks_url", &auth.jwks_url,
               "https URL of a JWKS with such keys, fetched again as it says, and when a token "
               "names a key that is not there");
  settings.Add(
      "auth_jwks_ca", &auth.jwks_ca_file,
      "PEM file with the CAs that vouch for that URL's server; empty: those of the system");
  settings.Add("auth_audience", &auth.audience,
               "what a token's `aud` has to name; needed with keys");
  settings.Add("auth_issuer", &auth.issuer, "what a token's `iss` has to be; empty: anything");
  settings.Add("auth_leeway", &auth.leeway, {absl::ZeroDuration(), absl::Minutes(10)},
               "by how much the clocks of those who make tokens may be wrong");
  TokenLife& life = config.server.token_life;
  settings.Add("token_notice", &life.notice, {absl::ZeroDuration(), absl::Hours(1)},
               "so long before its token ends, a session is asked for a new one");
  settings.Add("token_grace", &life.grace, {absl::ZeroDuration(), absl::Hours(1)},
               "so long after its token's end, a session without a new one is closed with 4002");
}

absl::Status ValidateAuth(ServiceConfig* config) {
  const auth::AuthOptions& auth = config->auth;
  config->engine.token_grace = config->server.token_life.grace;
  if (config->authenticates() && auth.audience.empty()) {
    return absl::InvalidArgumentError(
        "--auth_audience: is needed with keys, or a token for any other service would do");
  }
  if (!config->authenticates() && !(auth.audience.empty() && auth.issuer.empty())) {
    return absl::InvalidArgumentError(
        "--auth_audience, --auth_issuer: nothing is checked without --auth_keys or "
        "--auth_jwks_url");
  }
  if (auth.jwks_url.empty() && !auth.jwks_ca_file.empty()) {
    return absl::InvalidArgumentError("--auth_jwks_ca: needs --auth_jwks_url");
  }
  return absl::OkStatus();
}

}  // namespace signaling
