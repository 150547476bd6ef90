// Everything that a token must hold up to, one named check each: a table, so that a test can leave out any one of them
// and see what that lets in.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/signaling/auth/outcome.h"
#include "services/signaling/auth/token.h"

namespace signaling::auth {

// What tokens of this service say.
struct TokenRules {
  std::string audience;
  std::string issuer;  // empty: anybody's
  absl::Duration leeway = absl::Seconds(60);
};

struct HeaderCheck {
  const char* name;
  Problem problem;
  bool (*run)(const Token& token, const char* name);
};

// Of a key that may have made the token. Each key is tried until one holds up to all of them.
struct KeyCheck {
  std::string_view name;
  Outcome outcome;  // where no key got further
  Problem problem;
  bool (*run)(const Token& token, const Key& key);
};

struct ClaimCheck {
  std::string_view name;
  Outcome outcome;
  Problem (*run)(const Token& token, const TokenRules& rules, absl::Time now);
};

// In this order; the claims are read only when a key fits.
std::span<const HeaderCheck> HeaderChecks();
std::span<const KeyCheck> KeyChecks();
std::span<const ClaimCheck> ClaimChecks();

}  // namespace signaling::auth
