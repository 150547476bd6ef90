// What every process of ours does before anything else.
#pragma once

namespace signaling {

// All that main does. Prepares the process, before threads are started, and says in one line what the system did not give it:
// descriptors or threads, for which libraries throw.
int RunProcess(int (*run)(int argc, char** argv), int argc, char** argv);

}  // namespace signaling
