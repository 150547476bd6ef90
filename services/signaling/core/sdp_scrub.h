// The last net of the relay-only filter. Pure functions of text; any thread may call them.
#pragma once

#include <string>
#include <string_view>

namespace signaling::sdp {

// Appends `text` to `out`, where an IPv4 address becomes 0.0.0.0, an IPv6 address with its zone "::", and a name that
// ends in .local "invalid", wherever it stands, glued to other digits or letters too. Where what is left keeps making
// new addresses, words with a dot or a colon become "-". Scrubbing twice changes nothing more, nothing gets longer, and
// the work grows with the text as such, whatever it holds.
void AppendScrubbed(std::string_view text, std::string* out);

// "name:value", each scrubbed by itself, so that there is a name still; where both together are an IPv6 address, the
// value goes.
void AppendScrubbedPair(std::string_view name, std::string_view value, std::string* out);

// Scrubbing would change it.
bool HoldsAddress(std::string_view text);

bool IsLocalName(std::string_view name);

}  // namespace signaling::sdp
