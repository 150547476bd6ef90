// Streams that have something to write, noted where nothing may be called and written to where it may.
#pragma once

#include <memory>
#include <vector>

#include "services/common/mutex.h"

namespace signaling {

class Flushable {
 public:
  virtual ~Flushable() = default;
  // Starts a write if there is something to write and none is on its way. Thread-safe.
  virtual void Flush() = 0;
};

// Thread-safe; its lock is a leaf. Whoever calls the engine drains afterwards.
class FlushQueue {
 public:
  // Enqueue-only: may be called with locks held.
  void Note(std::weak_ptr<Flushable> stream) {
    MutexLock lock(mu_);
    noted_.push_back(std::move(stream));
  }

  // Flushes all that were noted. To be called without a lock.
  void Drain() {
    for (;;) {
      std::vector<std::weak_ptr<Flushable>> streams;
      {
        MutexLock lock(mu_);
        streams.swap(noted_);
      }
      if (streams.empty()) return;
      for (const auto& stream : streams) {
        if (const auto alive = stream.lock()) alive->Flush();
      }
    }
  }

 private:
  Mutex mu_;
  std::vector<std::weak_ptr<Flushable>> noted_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
