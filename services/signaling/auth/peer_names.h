// What a client certificate grants: by the names in it, which the CA of --tls_client_ca vouches for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/signaling/core/identity.h"

namespace signaling {

// Exact names; "*" stands for every certificate. A value.
struct PeerPolicy {
  std::vector<std::string> gateways = {"signaling-gateway"};
  std::vector<std::string> admins{};
};

// Who has a verified certificate with these names. Its grants last as long as the connection: whoever holds the key is
// asked for it again at the next one. Nothing: no name is one of the policy's, or there is no name.
std::optional<Identity> IdentityOfPeer(const std::vector<std::string>& names,
                                       const PeerPolicy& policy);

}  // namespace signaling
