#include "services/signaling/auth/peer_names.h"

namespace signaling {
namespace {

// The name that is listed; null: none is.
const std::string* FindListed(const std::vector<std::string>& names,
                              const std::vector<std::string>& listed) {
  for (const std::string& name : names) {
    for (const std::string& one : listed) {
      if (one == "*" || one == name) return &name;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<Identity> IdentityOfPeer(const std::vector<std::string>& names,
                                       const PeerPolicy& policy) {
  const std::string* const gateway = FindListed(names, policy.gateways);
  const std::string* const admin = FindListed(names, policy.admins);
  if (gateway == nullptr && admin == nullptr) return std::nullopt;
  Identity identity;
  identity.authenticated = true;
  identity.client_id = gateway != nullptr ? *gateway : *admin;
  if (gateway != nullptr) identity.grants.Add(Grant::kGateway);
  if (admin != nullptr) identity.grants.Add(Grant::kAdmin);
  return identity;
}

}  // namespace signaling
