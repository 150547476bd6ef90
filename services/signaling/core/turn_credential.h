// Time-limited credentials for TURN servers that share a secret with this service: coturn's --use-auth-secret
// (draft-uberti-behave-turn-rest-00, section 2.2).
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace signaling {

struct TurnCredential {
  std::string username;    // "<expiry, in seconds since 1970>:<user>"
  std::string credential;  // base64 of the username's HMAC-SHA1
};

// A TURN server allocates nothing for it from `expiry` on, which is cut to whole seconds.
TurnCredential MakeTurnCredential(std::string_view secret, std::string_view user,
                                  absl::Time expiry);

}  // namespace signaling
