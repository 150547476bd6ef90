// The flags of tokens: whose keys, and what a token has to say.
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "services/signaling/config.h"

ABSL_FLAG(std::string, auth_keys, "",
          "File with the keys that sign clients' tokens: a JWKS, or public keys in PEM. Read again "
          "when it changes.");
ABSL_FLAG(std::string, auth_jwks_url, "",
          "https URL of a JWKS with such keys, fetched again as it says, and when a token names a "
          "key that is not there.");
ABSL_FLAG(std::string, auth_jwks_ca, "",
          "PEM file with the CAs that vouch for the server of --auth_jwks_url; empty: those of the "
          "system.");
ABSL_FLAG(std::string, auth_issuer, "", "What a token's iss has to be; empty: anything.");
ABSL_FLAG(std::string, auth_audience, "", "What a token's aud has to name. Needed with keys.");
ABSL_FLAG(absl::Duration, auth_leeway, signaling::auth::AuthOptions().leeway,
          "By how much the clocks of those who make tokens may be wrong.");
ABSL_FLAG(absl::Duration, token_notice, signaling::TokenLife().notice,
          "So long before its token ends, a session is asked for a new one.");
ABSL_FLAG(absl::Duration, token_grace, signaling::TokenLife().grace,
          "So long after its token's end, a session without a new one is closed with 4002.");

namespace signaling {

absl::Status ReadAuthFlags(ServiceConfig* config) {
  auth::AuthOptions& auth = config->auth;
  auth.key_file = absl::GetFlag(FLAGS_auth_keys);
  auth.jwks_url = absl::GetFlag(FLAGS_auth_jwks_url);
  auth.jwks_ca_file = absl::GetFlag(FLAGS_auth_jwks_ca);
  auth.issuer = absl::GetFlag(FLAGS_auth_issuer);
  auth.audience = absl::GetFlag(FLAGS_auth_audience);
  auth.leeway = absl::GetFlag(FLAGS_auth_leeway);
  TokenLife& life = config->server.token_life;
  life.notice = absl::GetFlag(FLAGS_token_notice);
  life.grace = absl::GetFlag(FLAGS_token_grace);
  config->engine.token_grace = life.grace;
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
  for (const auto& [flag, value, most] : {std::tuple{"auth_leeway", auth.leeway, absl::Minutes(10)},
                                          std::tuple{"token_notice", life.notice, absl::Hours(1)},
                                          std::tuple{"token_grace", life.grace, absl::Hours(1)}}) {
    if (value < absl::ZeroDuration() || value > most) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag, "=", absl::FormatDuration(value),
                                                     ": must be 0 to ",
                                                     absl::FormatDuration(most)));
    }
  }
  return absl::OkStatus();
}

}  // namespace signaling
