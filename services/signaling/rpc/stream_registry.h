// The live streams of the server: ticked, and ended when it stops.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/common/mutex.h"
#include "services/signaling/rpc/flush_queue.h"

namespace signaling {

class Stream : public Flushable {
 public:
  // Every 100 ms.
  virtual void Tick() = 0;
  // Ends the stream with UNAVAILABLE.
  virtual void Shutdown() = 0;
};

// Thread-safe; its lock is a leaf.
class StreamRegistry {
 public:
  // False: the server is stopping, and the stream has to end itself.
  bool Add(Stream* stream, std::weak_ptr<Stream> weak) {
    MutexLock lock(mu_);
    if (stopping_) return false;
    streams_.emplace(stream, std::move(weak));
    return true;
  }

  void Remove(Stream* stream) {
    MutexLock lock(mu_);
    streams_.erase(stream);
    if (streams_.empty()) empty_.notify_all();
  }

  void TickAll() {
    for (const auto& stream : Snapshot()) stream->Tick();
  }

  // Refuses new streams and ends all; waits until they are gone. False: some were left when the time was over.
  bool ShutdownAll(absl::Duration patience) {
    {
      MutexLock lock(mu_);
      stopping_ = true;
    }
    for (const auto& stream : Snapshot()) stream->Shutdown();
    MutexLock lock(mu_);
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(patience);
    while (!streams_.empty()) {
      if (empty_.wait_until(mu_, deadline) == std::cv_status::timeout) return streams_.empty();
    }
    return true;
  }

  std::size_t size() const {
    MutexLock lock(mu_);
    return streams_.size();
  }

 private:
  std::vector<std::shared_ptr<Stream>> Snapshot() const {
    MutexLock lock(mu_);
    std::vector<std::shared_ptr<Stream>> alive;
    alive.reserve(streams_.size());
    for (const auto& [key, weak] : streams_) {
      if (auto stream = weak.lock()) alive.push_back(std::move(stream));
    }
    return alive;
  }

  mutable Mutex mu_;
  std::condition_variable_any empty_;
  absl::flat_hash_map<Stream*, std::weak_ptr<Stream>> streams_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace signaling
