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

void BlockSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set = StopSignals();
  sigaddset(&set, SIGHUP);
  // Restored first: as process 1 of a container, or started by a shell in the background or by nohup, they may be ignored.
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int WaitForStopSignal(const std::function<void()>& on_hangup) {
  const sigset_t stop = StopSignals();
  sigset_t all = stop;
  sigaddset(&all, SIGHUP);
  int signal = 0;
  for (;;) {
    sigwait(&all, &signal);
    if (signal != SIGHUP) break;
    on_hangup();
  }
  stop_signalled = true;
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  return signal;
}

bool StopSignalled() { return stop_signalled; }

}  // namespace signaling
