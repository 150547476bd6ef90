// The token that an upgrade request carries, in one of three places. Whether it is good is the service's to judge. A
// function of the request.
#pragma once

#include <string>
#include <string_view>

#include "gateway/net.h"

namespace signaling::gateway {

struct Credential {
  std::string token;         // empty: none
  std::string_view problem;  // why the request is to be refused, static; empty: it is not
};

// In this order: `Authorization: Bearer` (RFC 6750, section 2.1; other schemes are not ours), the subprotocol
// `bearer.<token>`, and, where that is allowed, `token` or `access_token` of `query`. What is there and cannot be a token
// is a problem also where an earlier place has one.
Credential ReadCredential(const HttpRequest& request, std::string_view query,
                          bool allow_query_token);

}  // namespace signaling::gateway
