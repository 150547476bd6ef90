// A token that somebody hands over to be looked at.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace signaling::ctl {

// The one line of a file, or where `path` is "-" of standard input; also where it begins with "Bearer ". kUsage: it is not one
// line, or larger than a token may be by far.
absl::StatusOr<std::string> ReadTokenInput(const std::string& path);

}  // namespace signaling::ctl
