#include "services/common/process_metrics.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include "prometheus/metric_family.h"
#include "services/common/build_info.h"
#include "services/common/log.h"

namespace signaling {
namespace {

using Samples = std::map<std::string, double>;

// By name, with the values of the labels behind it.
Samples Scrape(const prometheus::Collectable& source) {
  Samples samples;
  for (const auto& family : source.Collect()) {
    EXPECT_FALSE(family.help.empty()) << family.name;
    for (const auto& metric : family.metric) {
      std::string name = family.name;
      for (const auto& label : metric.label) name += " " + label.value;
      samples[name] = family.type == prometheus::MetricType::Counter ? metric.counter.value
                                                                     : metric.gauge.value;
    }
  }
  return samples;
}

Samples ScrapeAll() {
  Samples all;
  for (const auto& source : ProcessCollectors({})) all.merge(Scrape(*source));
  return all;
}

class FakeProc : public testing::Test {
 protected:
  FakeProc() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proc-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::filesystem::create_directories(folder_ + "/self/fd");
  }
  ~FakeProc() override { std::filesystem::remove_all(folder_); }

  void Put(const std::string& path, const std::string& text) {
    std::ofstream(folder_ + path) << text;
  }

  std::string folder_;
};

TEST_F(FakeProc, IsReadAsTheManualSays) {
  // A process may call itself anything.
  Put("/self/stat",
      "42 (a) S 9 (b) R 1 42 42 0 -1 4194560 100 0 0 0 250 150 7 8 20 0 12 0 3000 1048576 25 "
      "18446744073709551615 0 0 0\n");
  Put("/stat", "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n");
  for (const char* number : {"0", "1", "2", "7"}) Put(std::string("/self/fd/") + number, "");
  const Samples samples = Scrape(ProcessCollector(folder_));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_DOUBLE_EQ(samples.at("process_cpu_seconds_total"), 400 / ticks);
  EXPECT_EQ(samples.at("process_threads"), 12);
  EXPECT_DOUBLE_EQ(samples.at("process_start_time_seconds"), 1'700'000'000 + 3000 / ticks);
  EXPECT_EQ(samples.at("process_virtual_memory_bytes"), 1048576);
  EXPECT_EQ(samples.at("process_resident_memory_bytes"),
            25 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(samples.at("process_open_fds"), 3) << "without that of the folder";
}

TEST_F(FakeProc, WhatCannotBeReadIsLeftOut) {
  Put("/self/stat", "42 (cut) S 9 1 42\n");
  const Samples samples = Scrape(ProcessCollector(folder_));
  EXPECT_FALSE(samples.contains("process_cpu_seconds_total"));
  EXPECT_FALSE(samples.contains("process_start_time_seconds"));
  EXPECT_FALSE(samples.contains("process_open_fds"));
  EXPECT_TRUE(samples.contains("process_max_fds"));
}

TEST(ProcessMetricsTest, SayWhatThisProcessIs) {
  const Samples before = ScrapeAll();
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(before.at("process_start_time_seconds"), now, 300);
  EXPECT_GT(before.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(before.at("process_virtual_memory_bytes"), before.at("process_resident_memory_bytes"));
  EXPECT_GE(before.at("process_virtual_memory_max_bytes"),
            before.at("process_virtual_memory_bytes"));

  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(before.at("process_max_fds"), static_cast<double>(limit.rlim_cur));

  const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(ScrapeAll().at("process_open_fds"), before.at("process_open_fds") + 1);
  close(descriptor);

  // Burns a tenth of a second.
  const std::clock_t until = std::clock() + CLOCKS_PER_SEC / 10;
  while (std::clock() < until) {
  }
  EXPECT_GT(ScrapeAll().at("process_cpu_seconds_total"), before.at("process_cpu_seconds_total"));

  // ThreadSanitizer starts a thread of its own beside the first one. It stays: one that has been joined may still be counted for a moment.
  std::promise<void> counted;
  std::thread first([&counted] { counted.get_future().wait(); });
  const double threads = ScrapeAll().at("process_threads");
  std::thread other([threads] { EXPECT_EQ(ScrapeAll().at("process_threads"), threads + 1); });
  other.join();
  counted.set_value();
  first.join();
}

TEST(ProcessMetricsTest, NameTheBuild) {
  EXPECT_EQ(ScrapeAll().at("signaling_build_info " + std::string(Build().version) + " " +
                           std::string(Build().revision) + " " + std::string(Build().compiler)),
            1);
  EXPECT_FALSE(Build().revision.empty());
}

TEST(ProcessMetricsTest, CountLogLines) {
  log::Init("test", log::Level::kWarning);
  const Samples before = ScrapeAll();
  testing::internal::CaptureStdout();
  log::Info("not_written", {});
  log::Warning("written", {});
  testing::internal::GetCapturedStdout();
  const Samples after = ScrapeAll();
  const std::string name = "signaling_log_lines_total ";
  EXPECT_EQ(after.at(name + "debug"), before.at(name + "debug"));
  EXPECT_EQ(after.at(name + "info"), before.at(name + "info"));
  EXPECT_EQ(after.at(name + "warning"), before.at(name + "warning") + 1);
  EXPECT_EQ(after.at(name + "error"), before.at(name + "error"));
}

TEST(ProcessMetricsTest, KeepWhatTheProcessHas) {
  class Own final : public prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override { return {}; }
  };
  const auto own = std::make_shared<Own>();
  EXPECT_EQ(ProcessCollectors({own}).front(), own);
}

TEST(ProcessMetricsTest, DoNotDrainBeforeTheSignal) {
  EXPECT_EQ(ScrapeAll().at("signaling_draining"), 0);
}

}  // namespace
}  // namespace signaling
