// One thread for all that happens at a time and not because of a message: paced flushes and the periodic tick.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <queue>
#include <thread>
#include <vector>

#include "services/common/mutex.h"
#include "services/signaling/rpc/flush_queue.h"

namespace signaling {

// Thread-safe. Ends its thread in the destructor, after which nothing it was given is called.
class Scheduler {
 public:
  using Clock = std::chrono::steady_clock;

  // Calls `tick` every `interval` from its thread.
  Scheduler(std::chrono::milliseconds interval, std::function<void()> tick);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Flushes the stream at `when`, if it still exists.
  void FlushAt(Clock::time_point when, std::weak_ptr<Flushable> stream);

  // When the thread last came round; it does so at least at every tick.
  Clock::time_point last_beat() const;

 private:
  struct Due {
    Clock::time_point when;
    std::weak_ptr<Flushable> stream;
    bool operator<(const Due& other) const { return when > other.when; }  // the earliest on top
  };

  void Run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> tick_;

  mutable Mutex mu_;
  std::condition_variable_any changed_;
  std::priority_queue<Due> due_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Clock::time_point last_beat_ ABSL_GUARDED_BY(mu_) = Clock::now();
  std::thread thread_;
};

}  // namespace signaling
