// The file that --config names: YAML, one flat mapping from settings to values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/common/settings.h"

namespace signaling {

// Scalars are taken as they are written, whatever type YAML would see in them; a list of scalars as a list's items. A key that is
// there twice, a value that is neither, a tag or a second document is invalid; the error says file and line. What a key
// or its value means is not looked at. `path` is for that only.
absl::StatusOr<std::vector<Assignment>> ParseConfigFile(const std::string& text,
                                                        const std::string& path);

}  // namespace signaling
