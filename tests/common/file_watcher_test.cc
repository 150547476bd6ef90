#include "services/common/file_watcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace signaling {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kOften{1};
constexpr std::chrono::seconds kPatience{30};

class FileWatcherTest : public ::testing::Test {
 protected:
  FileWatcherTest()
      : folder_(fs::path(::testing::TempDir()) /
                ("watched-" + std::to_string(getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(folder_);
  }
  ~FileWatcherTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
  }
  FileWatcher::File Counted(const std::string& name) {
    return {Path(name), [this] {
              MutexLock lock(mu_);
              ++changes_;
              told_.notify_all();
              return changes_ > failures_;
            }};
  }
  // Waits until so many changes have been told in all.
  bool Told(int changes) {
    MutexLock lock(mu_);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (changes_ < changes) {
      if (told_.wait_until(mu_, deadline) == std::cv_status::timeout) return false;
    }
    return changes_ == changes;
  }

  const fs::path folder_;
  Mutex mu_;
  std::condition_variable_any told_;
  int failures_ = 0;  // so many times it cannot be taken at first
  int changes_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST_F(FileWatcherTest, TellsEachChangeOfAFile) {
  Write("file", "1");
  const FileWatcher watcher({Counted("file")}, kOften);
  ASSERT_TRUE(Told(1)) << "what is there at first";
  // Renamed into its place, so that no half of it is ever seen.
  Write("next", "22");
  fs::rename(Path("next"), Path("file"));
  ASSERT_TRUE(Told(2)) << "replaced";
  fs::remove(Path("file"));
  ASSERT_TRUE(Told(3)) << "gone";
  Write("other", "3");
  fs::rename(Path("other"), Path("file"));
  ASSERT_TRUE(Told(4)) << "back";
}

TEST_F(FileWatcherTest, WhatCouldNotBeTakenIsToldAgain) {
  failures_ = 3;
  Write("file", "1");
  const FileWatcher watcher({Counted("file")}, kOften);
  ASSERT_TRUE(Told(4)) << "three times in vain, and once more";
  Write("next", "22");
  fs::rename(Path("next"), Path("file"));
  EXPECT_TRUE(Told(5)) << "and from then on only changes";
}

TEST_F(FileWatcherTest, WhatIsBeingWrittenIsToldOnceItRests) {
  constexpr std::chrono::milliseconds kInterval{100};
  using Clock = std::chrono::steady_clock;
  Clock::duration longest_pause{};
  do {
    SCOPED_TRACE("again where this thread was kept from writing");
    {
      MutexLock lock(mu_);
      changes_ = 0;
    }
    Write("file", "1");
    const FileWatcher watcher({Counted("file")}, kInterval);
    ASSERT_TRUE(Told(1));
    longest_pause = {};
    Clock::time_point last = Clock::now();
    std::ofstream file(Path("file"));
    for (const auto end = last + 5 * kInterval; last < end;) {
      file << "x" << std::flush;
      const Clock::time_point now = Clock::now();
      longest_pause = std::max(longest_pause, now - last);
      last = now;
    }
    const bool told_once = Told(1);
    longest_pause = std::max(longest_pause, Clock::now() - last);
    EXPECT_TRUE(longest_pause >= kInterval / 2 || told_once) << "not while it is written";
    file.close();
    ASSERT_TRUE(Told(2) || longest_pause >= kInterval / 2);
  } while (longest_pause >= kInterval / 2);
}

// Kubernetes: file -> ..data/file, ..data -> a folder that is new each time.
TEST_F(FileWatcherTest, FollowsLinksThatAreSetAnew) {
  fs::create_directory(folder_ / "v1");
  fs::create_directory(folder_ / "v2");
  Write("v1/secret", "same");
  Write("v2/secret", "same");
  fs::create_directory_symlink("v1", folder_ / "data");
  fs::create_symlink("data/secret", folder_ / "secret");
  const FileWatcher watcher({Counted("secret")}, kOften);
  ASSERT_TRUE(Told(1));
  fs::create_directory_symlink("v2", folder_ / "data.new");
  fs::rename(folder_ / "data.new", folder_ / "data");
  EXPECT_TRUE(Told(2));
}

TEST_F(FileWatcherTest, WhoAsksHasAllToldAgain) {
  Write("file", "1");
  // It would look by itself only when this test is long over.
  FileWatcher watcher({Counted("file"), Counted("none")}, std::chrono::hours(1));
  ASSERT_TRUE(Told(1)) << "only what is there";
  watcher.LookAgain();
  ASSERT_TRUE(Told(3)) << "also what is not there";
  FileWatcher::AllLookAgain();
  EXPECT_TRUE(Told(5));
}

TEST_F(FileWatcherTest, WhatFailsWhenAskedForIsToldAgainThoughItStaysAsItIs) {
  Write("file", "1");
  FileWatcher watcher({Counted("file")}, kOften);
  ASSERT_TRUE(Told(1));
  {
    MutexLock lock(mu_);
    failures_ = 3;
  }
  watcher.LookAgain();
  EXPECT_TRUE(Told(4)) << "twice in vain, and once more";
}

}  // namespace
}  // namespace signaling
