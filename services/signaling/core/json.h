// The one kind of JSON that the service sees: an application's own.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// One JSON value (RFC 8259) in UTF-8, nested at most 16 deep. What a gateway brings was read by it; a client of Connect
// may send anything, and what passes here ends up inside the JSON of others.
absl::Status CheckJson(std::string_view text);

}  // namespace signaling
