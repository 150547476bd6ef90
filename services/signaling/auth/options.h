// What the service's flags say of tokens.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace signaling::auth {

struct AuthOptions {
  std::string key_file;      // JWKS, JWK or PEM; empty: none
  std::string jwks_url;      // https; empty: none. At least one of both is given
  std::string jwks_ca_file;  // PEM; empty: the system's authorities
  std::string issuer;        // empty: anybody's
  std::string audience;      // needed
  absl::Duration leeway = absl::Seconds(60);
};

}  // namespace signaling::auth
