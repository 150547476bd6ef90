// Session descriptions (RFC 8866): is this text one at all?
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// Lines of the form "x=…" ended by CRLF or LF, "v=0" first, "o=", "s=" and "t=" before the first "m=", no control
// characters, at most 64 KiB. The message names the line, and never quotes it: descriptions hold addresses.
absl::Status CheckSdp(std::string_view sdp);

}  // namespace signaling
