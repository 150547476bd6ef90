// Ids on the wire: which are valid, and how unguessable ones are made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signaling {

inline constexpr std::size_t kMaxIdLength = 128;

// Ids of clients and rooms: 1 to 128 characters of [A-Za-z0-9._~:@-].
bool IsValidId(std::string_view id);

// 128 random bits from the operating system's generator, base64url without padding (RFC 4648, section 5): 22
// characters, each valid in an id. Aborts where the generator fails: nothing safe could follow.
std::string NewRandomId();

}  // namespace signaling
