#include "services/common/file_watcher.h"

#include <sys/stat.h>

#include <set>
#include <utility>

namespace signaling {
namespace {

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Those that there are. Its lock is taken before a watcher's.
struct All {
  Mutex mu;
  std::set<FileWatcher*> watchers ABSL_GUARDED_BY(mu);
};

All& Watchers() {
  static auto* const all = new All();
  return *all;
}

}  // namespace

FileWatcher::FileWatcher(std::vector<File> files, std::chrono::milliseconds interval)
    : files_(std::move(files)),
      interval_(interval),
      seen_(files_.size()),
      looked_(files_.size()),
      thread_([this] { Run(); }) {
  MutexLock lock(Watchers().mu);
  Watchers().watchers.insert(this);
}

FileWatcher::~FileWatcher() {
  {
    MutexLock lock(Watchers().mu);
    Watchers().watchers.erase(this);
  }
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void FileWatcher::LookAgain() {
  {
    MutexLock lock(mu_);
    again_ = true;
  }
  woken_.notify_all();
}

void FileWatcher::AllLookAgain() {
  MutexLock lock(Watchers().mu);
  for (FileWatcher* const watcher : Watchers().watchers) watcher->LookAgain();
}

FileWatcher::Stamp FileWatcher::Look(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {.device = found.st_dev,
          .inode = found.st_ino,
          .size = found.st_size,
          .modified_ns = Nanoseconds(found.st_mtim),
          .changed_ns = Nanoseconds(found.st_ctim)};
}

void FileWatcher::Run() {
  bool again = false;
  for (bool first = true;; first = false) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const Stamp now = Look(files_[i].path);
      const bool rests = std::exchange(looked_[i], now) == now || first;
      if (!again && (now == seen_[i] || !rests)) continue;
      if (files_[i].changed()) {
        seen_[i] = now;
      } else if (again) {
        seen_[i] = {};  // it stays as it is, and has to be told again nevertheless
      }
    }
    MutexLock lock(mu_);
    if (!stopping_ && !again_) woken_.wait_for(mu_, interval_);
    if (stopping_) return;
    again = std::exchange(again_, false);
  }
}

}  // namespace signaling
