// Public keys and certificates in PEM, as the JWKs that say the same.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/signaling/auth/json.h"

namespace signaling::auth {

bool LooksLikePem(std::string_view text);

// One for each block, without `kid` and `alg`; null where the kind of key is not one of ours. Of a certificate only the
// key counts. INVALID_ARGUMENT: a block is neither, or is a private key; the error counts blocks from 1.
absl::StatusOr<std::vector<Json>> PemToJwks(std::string_view text);

}  // namespace signaling::auth
