#include "services/common/runtime.h"

#include <exception>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/common/flags.h"
#include "services/common/signals.h"

namespace signaling {

int RunProcess(int (*run)(int argc, char** argv), int argc, char** argv) {
  BlockSignals();
  // The distributions' Abseil records every lock of gRPC's to find deadlocks among them: about 5 % of a relayed frame.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  try {
    return run(argc, argv);
  } catch (const std::exception& exception) {
    return RefuseStart(absl::ResourceExhaustedError(exception.what()));
  }
}

}  // namespace signaling
