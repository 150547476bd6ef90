// What every process of ours does before anything else.
#pragma once

namespace signaling {

// Call first in main, before threads are started.
void PrepareProcess();

}  // namespace signaling
