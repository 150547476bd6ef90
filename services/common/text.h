// Debian 12's Abseil has a string_view of its own, that of later distributions is the standard one.
#pragma once

#include <string_view>

#include "absl/strings/string_view.h"

namespace signaling {

inline absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace signaling
