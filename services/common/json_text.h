// Writing JSON text (RFC 8259). Reading it is the gateway codec's work.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace signaling {

// Appends `text` as a JSON string, quotes included. `text` is UTF-8; its bytes above 0x7f pass unchanged.
void AppendJsonString(std::string& out, std::string_view text);

// RFC 3339 in UTC with milliseconds: 2026-01-31T12:00:00.000Z.
std::string JsonTime(absl::Time time);

}  // namespace signaling
