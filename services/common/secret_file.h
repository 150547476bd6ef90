// Secrets come from files only: what is in a flag or in the environment is in process listings and crash dumps, too.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace signaling {

// The secrets of a file, one a line; white space around them and empty lines do not count. At least one, each of printable
// ASCII without spaces, in a regular file of at most 64 KiB. The error names the file and the line, never what is in it.
absl::StatusOr<std::vector<std::string>> ReadSecrets(const std::string& path);

}  // namespace signaling
