// Tells when files were replaced or rewritten, so that keys and secrets change without a restart.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "services/common/mutex.h"

namespace signaling {

// Looks at each file every `interval`, following links: that is how Kubernetes replaces a mounted secret (a link to
// another folder), for which a watch on the file itself would have to be set up anew each time. A change counts once two looks
// have found the same: half of a file that is being written may be a good one, with other settings or secrets in it. Thread-safe. Ends its thread
// in the destructor, after which nothing it was given is called.
class FileWatcher {
 public:
  struct File {
    std::string path;
    // Called from the watcher's thread. False: it could not be taken, and is told again at the next look.
    std::function<bool()> changed;
  };

  // At first every file there is counts as changed: what somebody read before may be old by now.
  explicit FileWatcher(std::vector<File> files,
                       std::chrono::milliseconds interval = std::chrono::seconds(1));
  ~FileWatcher();
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;

  // Looks now, and takes each file for changed, also one that is not there or was being written.
  void LookAgain();
  // So do all that there are in this process.
  static void AllLookAgain();

 private:
  // What differs between two states of a path. A missing file is all zeros.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };

  static Stamp Look(const std::string& path);
  void Run();

  // Constant after construction.
  const std::vector<File> files_;
  const std::chrono::milliseconds interval_;

  // Of the watcher's thread.
  std::vector<Stamp> seen_;    // as told, one a file
  std::vector<Stamp> looked_;  // at the look before

  Mutex mu_;
  std::condition_variable_any woken_;
  bool again_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace signaling
