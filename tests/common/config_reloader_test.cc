#include "services/common/config_reloader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>

#include "services/common/mutex.h"

namespace signaling {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kOften{1};
constexpr std::chrono::seconds kPatience{30};

struct Config {
  int limit = 1;
  int port = 2;
};

void Declare(Config& config, Settings& settings) {
  settings.Add("limit", &config.limit, {1, 100}, "").Reloads();
  settings.Add("port", &config.port, {1, 100}, "");
}

absl::Status Validate(Config* config) {
  return config->limit == 13 ? absl::InvalidArgumentError("--limit: brings bad luck")
                             : absl::OkStatus();
}

class ConfigReloaderTest : public ::testing::Test {
 protected:
  ConfigReloaderTest()
      : path_((fs::path(::testing::TempDir()) /
               ("reloaded-" + std::to_string(getpid()) + "-" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()))
                  .string()) {}
  ~ConfigReloaderTest() override {
    reloader_.reset();
    fs::remove(path_);
  }

  void Write(const std::string& text) const {
    std::ofstream(path_ + ".next") << text;
    fs::rename(path_ + ".next", path_);
  }

  void Start(const std::string& file) {
    sources_.file = file;
    sources_.named = "--config";
    const std::string text = *ReadConfigFile(sources_);
    auto loaded = LoadConfig<Config>(sources_, text);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    reloader_.emplace(sources_, text, loaded->values,
                      LoaderOf<Config>(sources_,
                                       [this](const Config& next) {
                                         MutexLock lock(mu_);
                                         limit_ = next.limit;
                                       }),
                      registry_, kOften);
  }

  double Sample(const std::string& name, const std::string& label = "") const {
    for (const auto& family : registry_.Collect()) {
      if (family.name != name) continue;
      for (const auto& metric : family.metric) {
        if (!label.empty() && metric.label.at(0).value != label) continue;
        return label.empty() ? metric.gauge.value : metric.counter.value;
      }
    }
    ADD_FAILURE() << "no " << name;
    return -1;
  }
  double Reloads(const std::string& result) const {
    return Sample("signaling_config_reloads_total", result);
  }
  double Successful() const { return Sample("signaling_config_last_reload_successful"); }
  // Waits until so many were made.
  bool Reached(const std::string& result, double count) const {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (Reloads(result) < count) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  int limit() {
    MutexLock lock(mu_);
    return limit_;
  }

  const std::string path_;
  prometheus::Registry registry_;
  ConfigSources sources_;
  Mutex mu_;
  int limit_ ABSL_GUARDED_BY(mu_) = 0;  // 0: nothing was applied
  std::optional<ConfigReloader> reloader_;
};

TEST_F(ConfigReloaderTest, AtTheStartAllIsWell) {
  const double before = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  Write("limit: 3\n");
  Start(path_);
  EXPECT_EQ(Successful(), 1);
  EXPECT_EQ(Reloads("ok"), 0);
  EXPECT_EQ(Reloads("error"), 0);
  EXPECT_GE(Sample("signaling_config_last_reload_success_timestamp_seconds"), before);
}

TEST_F(ConfigReloaderTest, AChangedFileIsApplied) {
  Write("limit: 3\n");
  Start(path_);
  Write("limit: 4\nport: 9\n");
  ASSERT_TRUE(Reached("ok", 1));
  EXPECT_EQ(limit(), 4);
  EXPECT_EQ(Successful(), 1);
}

TEST_F(ConfigReloaderTest, TheSameTextInANewFileIsNoChange) {
  Write("limit: 3\n");
  Start(path_);
  Write("limit: 3\n");
  Write("limit: 4\n");
  ASSERT_TRUE(Reached("ok", 1));
  Write("limit: 4\n");
  Write("limit: 5\n");
  ASSERT_TRUE(Reached("ok", 2));
  EXPECT_EQ(Reloads("ok"), 2);
}

TEST_F(ConfigReloaderTest, WhatIsWrongChangesNothingAndIsCountedOnce) {
  Write("limit: 3\n");
  Start(path_);
  for (const char* wrong : {"limit: 0\n", "limit: 13\n", "none: 1\n", "- limit\n"}) {
    const double errors = Reloads("error");
    Write(wrong);
    ASSERT_TRUE(Reached("error", errors + 1)) << wrong;
    EXPECT_EQ(Successful(), 0) << wrong;
  }
  EXPECT_EQ(limit(), 0);
  fs::remove(path_);
  ASSERT_TRUE(Reached("error", 5)) << "gone";
  Write("limit: 3\n");
  ASSERT_TRUE(Reached("ok", 1)) << "as it was at first";
  EXPECT_EQ(Successful(), 1);
  EXPECT_EQ(Reloads("error"), 5);
  EXPECT_EQ(limit(), 3);
}

TEST_F(ConfigReloaderTest, WhoAsksIsAnsweredWithoutAFileToo) {
  Start("");
  reloader_->Reload();
  ASSERT_TRUE(Reached("ok", 1));
  EXPECT_EQ(limit(), 1);
  for (int i = 0; i < 1000; ++i) reloader_->Reload();
  ASSERT_TRUE(Reached("ok", 2)) << "a storm is answered, maybe in one";
  EXPECT_LE(Reloads("ok"), 1001);
}

}  // namespace
}  // namespace signaling
