// What the rules of a room do to descriptions and candidates: audio rooms and relay-only rooms. Pure functions of text
// that CheckSdp or CheckCandidate has passed; any thread may call them.
#pragma once

#include <string>
#include <string_view>

namespace signaling {

// Every media section that is not rejected is audio. Port 0 rejects, unless the section is bundle-only.
bool HasOnlyAudio(std::string_view checked_sdp);

// Without what tells a peer's addresses: candidates that are no relay's are gone, the others have no related address;
// o=, c= and a=rtcp say 0.0.0.0, ports 9; and wherever else an IPv4 or IPv6 address or a .local name stands, 0.0.0.0,
// "::" or "invalid" stands instead. What is left: relays' own addresses. Mids stay, for candidates refer to them,
// and CheckSdp lets none hold an address. All other bytes stay. Filtering twice changes nothing more, and the result passes CheckSdp unless it was
// within a few bytes of a limit before.
std::string RelayOnlySdp(std::string_view checked_sdp);

// The same for one trickled candidate: false if it is no relay's and has to be dropped. Empty, the end of candidates,
// passes.
bool RelayOnlyCandidate(std::string* candidate);

}  // namespace signaling
