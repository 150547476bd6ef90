// Session descriptions (RFC 8866) as WebRTC uses them (JSEP, RFC 8829). A pure function of text; any thread may call it.
#pragma once

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace signaling {

inline constexpr std::size_t kMaxSdpLines = 4096;
inline constexpr std::size_t kMaxSdpLineBytes = 4096;  // without the line's end
inline constexpr std::size_t kMaxSdpSections = 64;     // m= lines

// The grammar: lines in the order of RFC 8866, section 5, v= o= s= t= all there, each value of its form. Where a media
// section is not rejected (port 0 without bundle-only), it has a SHA-256 fingerprint, ice-ufrag and ice-pwd: its own,
// the session's, or those of the section that its BUNDLE group names first. mid is unique, setup and candidates are of
// their form. A session without media sections is fine. Messages name the line and the rule, and never quote the text:
// descriptions hold addresses.
//
// Laxer than the RFCs where peers are, or where nothing depends on it:
//  - lines end with CRLF or LF, mixed, and the last one may lack its end;
//  - text is any bytes but control characters;
//  - o= numbers are up to 64 bits (JSEP: 63), numbers may have leading zeros, t= may be any two numbers;
//  - c= may be missing: ICE decides the addresses;
//  - an attribute may have an empty value behind its colon, and attributes that no transport depends on any value;
//  - fingerprints may be in lower case, and other hashes may stand beside SHA-256.
// Stricter: no multicast addresses in c=, no IPv6 zones, no hashes that RFC 8122 does not name, no mids or groups
// that hold an address or a .local name, and the limits above.
absl::Status CheckSdp(std::string_view sdp);

}  // namespace signaling
