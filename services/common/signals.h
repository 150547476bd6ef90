// SIGTERM, SIGINT and SIGHUP, taken by the thread that asks, so that no code runs in a signal handler.
#pragma once

#include <functional>

namespace signaling {

// Blocks them in the calling thread and all it starts later; ignores SIGPIPE. Call first in main.
void BlockSignals();

// Waits for SIGTERM or SIGINT, and calls `on_hangup` for each SIGHUP that comes before. Afterwards a second one ends the
// process at once, and SIGHUP does nothing.
int WaitForStopSignal(const std::function<void()>& on_hangup);

// Whether that has come. Thread-safe.
bool StopSignalled();

}  // namespace signaling
