// The last net of the relay-only filter. Pure functions of text; any thread may call them.
#pragma once

#include <string>
#include <string_view>

namespace signaling::sdp {

// Appends `text` to `out`, where an IPv4 address becomes 0.0.0.0, an IPv6 address with its zone "::", and a name that
// ends in .local "invalid", wherever it stands. Scrubbing twice changes nothing more, and nothing gets longer.
void AppendScrubbed(std::string_view text, std::string* out);

bool IsLocalName(std::string_view name);

}  // namespace signaling::sdp
