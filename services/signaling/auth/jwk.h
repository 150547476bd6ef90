// One entry of a JWKS (RFC 7517): a key of ours, a key that is not for us, or a mistake.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "services/signaling/auth/key.h"

namespace signaling::auth {

// A file is the operator's own, what a URL serves is public.
enum class KeySource { kFile, kUrl };

// Nothing: it is of a kind or for a use that is not ours. INVALID_ARGUMENT: it must not be there, or cannot be used;
// said without what is in it.
absl::StatusOr<std::optional<Key>> ReadJwk(const json_t* jwk, KeySource source);

}  // namespace signaling::auth
