// What a client offers in Sec-WebSocket-Protocol (RFC 6455, section 11.3.4): a list, on one line of the header or on
// several. Functions of the request.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/net.h"

namespace signaling::gateway {

// The one that is spoken here, and the only one that is ever selected.
inline constexpr std::string_view kSubprotocol = "signaling.v1";

// In order. Views into the request.
std::vector<std::string_view> OfferedSubprotocols(const HttpRequest& request);

bool OffersSubprotocol(const HttpRequest& request);

}  // namespace signaling::gateway
