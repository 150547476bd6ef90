// What the value of one line of a session description must be (RFC 8866, section 5, and the attributes of JSEP,
// RFC 8829, section 5). Pure functions; each returns nullptr, or which rule the value breaks, never quoting it.
#pragma once

#include <string_view>

#include "services/signaling/core/sdp_grammar.h"

namespace signaling::sdp {

// Every type but m= and a=. The caller has checked that the type is one that RFC 8866 knows.
const char* CheckField(char type, std::string_view value);

// Form of the name, and of the values of those attributes that a transport depends on; candidates are left to ice.h.
const char* CheckAttribute(const Attribute& attribute);

// The value of a=mid, and the tag of a trickled candidate.
const char* CheckMid(std::string_view mid);

// A fingerprint that CheckAttribute has passed: is it one of the hash that WebRTC relies on?
bool IsSha256(std::string_view fingerprint);

}  // namespace signaling::sdp
