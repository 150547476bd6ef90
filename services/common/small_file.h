// Files that are read whole: keys, certificates, secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace signaling {

// The bytes of a regular file of at most `max_bytes`, a multiple of 1024. INVALID_ARGUMENT names the file and what is wrong.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes);

// Says of a file what is wrong with it, in the same way.
absl::Status Unusable(const std::string& path, std::string_view why);

}  // namespace signaling
