// The live streams of the server: ticked, and ended when it stops.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/common/mutex.h"
#include "services/signaling/rpc/stream.h"

namespace signaling {

// Thread-safe; its lock is a leaf.
class StreamRegistry {
 public:
  using Clock = std::chrono::steady_clock;

  // False: the server is stopping, and the stream has to end itself.
  bool Add(Stream* stream, const std::weak_ptr<Stream>& weak) {
    MutexLock lock(mu_);
    if (stopping_) return false;
    streams_.emplace(stream, weak);
    return true;
  }

  void Remove(Stream* stream) {
    MutexLock lock(mu_);
    streams_.erase(stream);
    if (streams_.empty()) empty_.notify_all();
  }

  // Refuses new streams.
  void Stop() {
    MutexLock lock(mu_);
    stopping_ = true;
  }

  // Those that are not about to be destroyed.
  std::vector<std::shared_ptr<Stream>> Live() const {
    MutexLock lock(mu_);
    std::vector<std::shared_ptr<Stream>> live;
    live.reserve(streams_.size());
    for (const auto& [key, weak] : streams_) {
      if (auto stream = weak.lock()) live.push_back(std::move(stream));
    }
    return live;
  }

  // Waits until none is left. False: there were some at `deadline`.
  bool AwaitEmpty(Clock::time_point deadline) {
    MutexLock lock(mu_);
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
  mutable Mutex mu_;
  std::condition_variable_any empty_;
  absl::flat_hash_map<Stream*, std::weak_ptr<Stream>> streams_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace signaling
