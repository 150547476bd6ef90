// What became of a token, in the few words that a metric has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace signaling::auth {

enum class Outcome : std::uint8_t {
  kAccepted,
  kMissing,       // no token, and one is needed
  kMalformed,     // no JWT, or one that is written down in a way that is not allowed
  kUnknownKey,    // no key that it could have been signed with
  kBadSignature,  // ... and none of those did
  kExpired,
  kNotYetValid,
  kBadClaims,    // of another audience or issuer, or claims that say nothing
  kUnavailable,  // the keys could not be fetched: it may be good
};

inline constexpr std::array<std::string_view, 9> kOutcomeNames = {
    "accepted", "missing",       "malformed",  "unknown_key", "bad_signature",
    "expired",  "not_yet_valid", "bad_claims", "unavailable"};
static_assert(kOutcomeNames.size() == static_cast<std::size_t>(Outcome::kUnavailable) + 1);

}  // namespace signaling::auth
