// ICE candidates (RFC 8839): is this text one at all?
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// The candidate attribute (RFC 8839, section 5.1) with or without "a=", up to and including its type: foundation,
// component, transport, priority, address, port, "typ" and the type. The address may be an IP address or a name
// (mDNS). Empty means end of candidates and is fine. Never quotes the text.
absl::Status CheckCandidate(std::string_view candidate);

}  // namespace signaling
