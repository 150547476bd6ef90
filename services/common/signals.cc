#include "services/common/signals.h"

#include <pthread.h>

#include <atomic>
#include <csignal>

namespace signaling {
namespace {

constinit std::atomic<bool> stop_signalled{false};

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void BlockStopSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  // Restored first: as process 1 of a container, or started by a shell in the background, they may be ignored.
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int WaitForStopSignal() {
  const sigset_t set = StopSignals();
  int signal = 0;
  sigwait(&set, &signal);
  stop_signalled = true;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return signal;
}

bool StopSignalled() { return stop_signalled; }

}  // namespace signaling
