#include "services/common/runtime.h"

#include "absl/synchronization/mutex.h"
#include "services/common/signals.h"

namespace signaling {

void PrepareProcess() {
  BlockSignals();
  // The distributions' Abseil records every lock of gRPC's to find deadlocks among them: about 5 % of a relayed frame.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace signaling
