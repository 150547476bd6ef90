// SIGTERM and SIGINT, taken by the thread that asks, so that no code runs in a signal handler.
#pragma once

namespace signaling {

// Blocks SIGTERM and SIGINT in the calling thread and all it starts later; ignores SIGPIPE. Call first in main.
void BlockStopSignals();

// Waits for SIGTERM or SIGINT. Afterwards a second one ends the process at once.
int WaitForStopSignal();

// Whether that has come. Thread-safe.
bool StopSignalled();

}  // namespace signaling
