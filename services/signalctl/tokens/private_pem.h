// A private key in PEM, as the JWK that says the same.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "services/signaling/auth/json.h"

namespace signaling::ctl {

// Without `kid` and `alg`. INVALID_ARGUMENT: what is wrong, and never what is in it.
absl::StatusOr<auth::Json> PrivatePemToJwk(std::string_view text);

}  // namespace signaling::ctl
