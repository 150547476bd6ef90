// The command line of tools: Abseil flags, read strictly. Processes have settings instead (config_start.h).
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// Sets the flags from `--name=value`, `--name value`, `--name` and `--noname`. An unknown flag, a value that does not
// parse or a word that belongs to no flag is invalid. `--help` and `--version` print and end the process with 0.
absl::Status ParseFlags(int argc, char** argv, std::string_view usage);

// Prints `status` as one line on standard error and returns 2, the exit code of a start that cannot succeed.
int RefuseStart(const absl::Status& status);

}  // namespace signaling
