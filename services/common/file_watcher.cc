#include "services/common/file_watcher.h"

#include <sys/stat.h>

#include <utility>

namespace signaling {
namespace {

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileWatcher::FileWatcher(std::vector<File> files, std::chrono::milliseconds interval)
    : files_(std::move(files)),
      interval_(interval),
      seen_(files_.size()),
      thread_([this] { Run(); }) {}

FileWatcher::~FileWatcher() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
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
  for (;;) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const Stamp now = Look(files_[i].path);
      if (now == seen_[i]) continue;
      if (files_[i].changed()) seen_[i] = now;
    }
    MutexLock lock(mu_);
    if (!stopping_) stop_.wait_for(mu_, interval_);
    if (stopping_) return;
  }
}

}  // namespace signaling
