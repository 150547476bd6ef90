// Whether an error's text has a piece of what it is about.
#pragma once

#include <cstddef>
#include <string_view>

namespace signaling {

// Longer than the names of our fields, which a text may have.
inline constexpr std::size_t kShortestQuote = 17;

inline bool Quotes(std::string_view message, std::string_view input) {
  for (std::size_t i = 0; i + kShortestQuote <= message.size(); ++i) {
    if (input.find(message.substr(i, kShortestQuote)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace signaling
