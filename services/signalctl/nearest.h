// "Did you mean": of several words the one that a mistyped one is nearest to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace signaling::ctl {

// How many letters must be put in, left out, replaced or swapped with the next.
std::size_t EditDistance(std::string_view one, std::string_view other);

// Empty: none is near enough to be meant.
std::string Nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace signaling::ctl
