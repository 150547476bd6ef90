// What a command that cannot do its work returns: an absl::Status with one line for people and an exit code for scripts.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "services/signalctl/exit_code.h"

namespace signaling::ctl {

// `words` say what is wrong, and what to do about it; no line break, no secret; none where the command has
// said it itself. `code` is not kDone.
absl::Status Fail(ExitCode code, std::string_view words);

// Of Fail the code it was given; else kDone for OK, and kUsage: what the helpers of services/common refuse is a file or a value that
// the command line names.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace signaling::ctl
