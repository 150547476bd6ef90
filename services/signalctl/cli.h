// The whole of signalctl but for main: from a command line to an exit code.
#pragma once

#include "services/signalctl/context.h"

namespace signaling::ctl {

// Writes to the streams alone. Not thread-safe: it reads the environment.
int RunCli(int argc, const char* const* argv, const Streams& streams);

}  // namespace signaling::ctl
