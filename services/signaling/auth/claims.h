// From claims that were checked to an identity. Of claims that were not, it takes what it can.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/signaling/auth/token.h"
#include "services/signaling/core/identity.h"

namespace signaling::auth {

inline constexpr std::size_t kMaxTokenRooms = 100;

// A NumericDate of RFC 7519: seconds, maybe with a fraction, from 1970 to 9999. Nothing: it is none.
std::optional<absl::Time> ReadTime(const json_t* value);

// `metadata`, and `name` under that key.
std::map<std::string, std::string> ReadMetadata(const Token& token);

// Grants that nobody here knows are left out: a newer issuer may know more. A token that is accepted within the leeway
// ends now.
Identity ReadIdentity(const Token& token, absl::Time now);

}  // namespace signaling::auth
