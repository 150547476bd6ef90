// The one line at info that tells what a session was, when it has ended.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>

#include "services/common/mutex.h"
#include "services/signaling/engine/observer.h"

namespace signaling {

// Thread-safe; its lock is a leaf. Owns a thread that writes, since writing may block and the engine, which tells the ends,
// holds its locks then. The destructor writes what still waits.
class StoryLog {
 public:
  // A service that stops with as many sessions tells of each, and they were larger. More at once is counted in one line,
  // `log_lines_dropped`.
  static constexpr std::size_t kMaxWaiting = 65'536;

  // `write` is called from its thread, without a lock.
  explicit StoryLog(std::function<void(const SessionStory&)> write = WriteStory,
                    std::size_t max_waiting = kMaxWaiting);
  ~StoryLog();
  StoryLog(const StoryLog&) = delete;
  StoryLog& operator=(const StoryLog&) = delete;

  // Enqueue-only: may be called with locks held.
  void Add(const SessionStory& story);

  // Returns when everything that was added before is written.
  void Flush();

  // `session_ended`.
  static void WriteStory(const SessionStory& story);

 private:
  void Run();

  // Constant after construction.
  const std::function<void(const SessionStory&)> write_;
  const std::size_t max_waiting_;

  Mutex mu_;
  std::condition_variable_any changed_;
  std::condition_variable_any written_;
  std::deque<SessionStory> waiting_ ABSL_GUARDED_BY(mu_);
  std::size_t dropped_ ABSL_GUARDED_BY(mu_) = 0;  // since the last line about them
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool flushing_ ABSL_GUARDED_BY(mu_) = false;  // somebody waits for it
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace signaling
