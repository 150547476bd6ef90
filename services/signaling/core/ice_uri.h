// The URIs of STUN and TURN servers, as a browser's RTCPeerConnection takes them: it throws on others, so they are refused
// before any client gets them.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// stun:host[:port] or stuns:host[:port] (RFC 7064, section 3.1). The error says what is wrong with it.
absl::Status CheckStunUri(std::string_view uri);

// turn:host[:port][?transport=udp|tcp] or turns:... (RFC 7065, section 3.1).
absl::Status CheckTurnUri(std::string_view uri);

}  // namespace signaling
