// The logs of our processes: one JSON object a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace signaling::ctl {

struct LogFindings {
  std::size_t lines = 0;              // that are JSON objects
  std::vector<std::string> troubles;  // the last warnings and errors, at most 10, the oldest first
  std::vector<std::string> own;       // those of the sessions or the trace asked for, likewise
};

// Of each line its time, level, event and whatever says why.
LogFindings FindInLog(std::string_view text, const std::vector<std::string>& session_ids,
                      std::string_view traceparent);

// The end of a file, 1 MiB at most, from the begin of a line on; of a pipe what comes until it is closed.
absl::StatusOr<std::string> ReadEnd(const std::string& path);

}  // namespace signaling::ctl
