// A session's id: 128 random bits, on the wire base64url without padding (RFC 4648, section 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace signaling {

struct SessionId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // Nothing unless `text` is the one spelling of 128 bits in 22 characters.
  static std::optional<SessionId> Parse(std::string_view text);
  std::string ToString() const;

  friend bool operator==(const SessionId&, const SessionId&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const SessionId& id) {
    return H::combine(std::move(h), id.high, id.low);
  }
};

}  // namespace signaling
