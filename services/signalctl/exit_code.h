// How signalctl ends, for scripts (docs/signalctl.md).
#pragma once

namespace signaling::ctl {

enum class ExitCode {
  kDone = 0,
  kNo = 1,           // the answer is no: a token is refused, a check failed
  kUsage = 2,        // the command line, or a file that it names, cannot be used
  kUnreachable = 3,  // nobody answers there, or not in time
  kNotAllowed = 4,   // UNAUTHENTICATED, PERMISSION_DENIED
  kNotFound = 5,
  kRefused = 6,  // anything else that went wrong
};

}  // namespace signaling::ctl
