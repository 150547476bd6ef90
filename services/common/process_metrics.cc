#include "services/common/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "services/common/build_info.h"
#include "services/common/log.h"
#include "services/common/metric_family.h"
#include "services/common/signals.h"

namespace signaling {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// Files of /proc have no size: they are read to their end.
std::optional<std::string> ReadAll(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// /proc/PID/stat (proc(5)). Times are in ticks, of which there are sysconf(_SC_CLK_TCK) in a second.
struct Stat {
  double user_ticks = 0;
  double system_ticks = 0;
  double threads = 0;
  double start_ticks = 0;  // since the machine booted
  double virtual_bytes = 0;
  double resident_pages = 0;
};

// Counted as proc(5) does, from 1.
constexpr std::size_t kFirstAfterName = 3;
constexpr std::size_t kUserTicks = 14;
constexpr std::size_t kSystemTicks = 15;
constexpr std::size_t kThreads = 20;
constexpr std::size_t kStartTicks = 22;
constexpr std::size_t kVirtualBytes = 23;
constexpr std::size_t kResidentPages = 24;

std::optional<Stat> ReadStat(const std::string& path) {
  const std::optional<std::string> text = ReadAll(path);
  // The second field, the name, is in parentheses and may hold anything, also these.
  const std::size_t name_end = text ? text->rfind(") ") : std::string::npos;
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string> fields = absl::StrSplit(text->substr(name_end + 2), ' ');
  const auto read = [&fields](std::size_t number, double* value) {
    const std::size_t index = number - kFirstAfterName;
    return index < fields.size() && absl::SimpleAtod(fields[index], value);
  };
  Stat stat;
  const bool whole = read(kUserTicks, &stat.user_ticks) && read(kSystemTicks, &stat.system_ticks) &&
                     read(kThreads, &stat.threads) && read(kStartTicks, &stat.start_ticks) &&
                     read(kVirtualBytes, &stat.virtual_bytes) &&
                     read(kResidentPages, &stat.resident_pages);
  return whole ? std::optional(stat) : std::nullopt;
}

// When the machine booted, in seconds since the epoch: the line `btime` of /proc/stat.
std::optional<double> ReadBootTime(const std::string& path) {
  const std::optional<std::string> text = ReadAll(path);
  if (!text) return std::nullopt;
  for (const auto line : absl::StrSplit(*text, '\n')) {
    double seconds = 0;
    if (absl::StartsWith(line, "btime ") && absl::SimpleAtod(line.substr(6), &seconds)) {
      return seconds;
    }
  }
  return std::nullopt;
}

std::optional<double> CountDescriptors(const std::string& path) {
  std::error_code ec;
  double count = 0;
  for (std::filesystem::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec)) {
    ++count;
  }
  if (ec || count == 0) return std::nullopt;
  return count - 1;  // the folder itself is open
}

// No limit is the largest number there is, as for the Go client.
std::optional<double> Limit(__rlimit_resource resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  if (limit.rlim_cur == RLIM_INFINITY) {
    return static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  }
  return static_cast<double>(limit.rlim_cur);
}

// The others of this file that both processes have.
class BaseCollector final : public prometheus::Collectable {
 public:
  std::vector<MetricFamily> Collect() const override {
    MetricFamily build =
        MakeFamily("signaling_build_info", "What runs here; always 1.", MetricType::Gauge);
    AddSample(build, 1,
              {{"version", std::string(Build().version)},
               {"revision", std::string(Build().revision)},
               {"compiler", std::string(Build().compiler)}});
    MetricFamily lines =
        MakeFamily("signaling_log_lines_total", "Log lines written by level.", MetricType::Counter);
    for (const log::Level level : log::kLevels) {
      AddSample(lines, static_cast<double>(log::LinesWritten(level)),
                {{"level", std::string(log::LevelName(level))}});
    }
    return {std::move(build), std::move(lines),
            GaugeFamily("signaling_draining", "1 from the signal to stop on.",
                        StopSignalled() ? 1 : 0)};
  }
};

// In seconds since the epoch.
std::optional<double> ReadStartTime(const std::string& proc) {
  const std::optional<Stat> stat = ReadStat(proc + "/self/stat");
  const std::optional<double> boot = ReadBootTime(proc + "/stat");
  if (!stat || !boot) return std::nullopt;
  return *boot + stat->start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessCollector::ProcessCollector(std::string proc)
    : proc_(std::move(proc)), start_(ReadStartTime(proc_)) {}

std::vector<MetricFamily> ProcessCollector::Collect() const {
  std::vector<MetricFamily> families;
  if (const auto stat = ReadStat(proc_ + "/self/stat")) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    families.push_back(CounterFamily("process_cpu_seconds_total",
                                     "Total user and system CPU time spent in seconds.",
                                     (stat->user_ticks + stat->system_ticks) / ticks));
    families.push_back(GaugeFamily("process_virtual_memory_bytes", "Virtual memory size in bytes.",
                                   stat->virtual_bytes));
    families.push_back(
        GaugeFamily("process_resident_memory_bytes", "Resident memory size in bytes.",
                    stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE))));
    families.push_back(
        GaugeFamily("process_threads", "Number of OS threads in the process.", stat->threads));
  }
  if (start_) {
    families.push_back(GaugeFamily("process_start_time_seconds",
                                   "Start time of the process since unix epoch in seconds.",
                                   *start_));
  }
  if (const auto open = CountDescriptors(proc_ + "/self/fd")) {
    families.push_back(GaugeFamily("process_open_fds", "Number of open file descriptors.", *open));
  }
  if (const auto limit = Limit(RLIMIT_NOFILE)) {
    families.push_back(
        GaugeFamily("process_max_fds", "Maximum number of open file descriptors.", *limit));
  }
  if (const auto limit = Limit(RLIMIT_AS)) {
    families.push_back(GaugeFamily("process_virtual_memory_max_bytes",
                                   "Maximum amount of virtual memory available in bytes.", *limit));
  }
  return families;
}

std::vector<std::shared_ptr<prometheus::Collectable>> ProcessCollectors(
    std::vector<std::shared_ptr<prometheus::Collectable>> own) {
  own.push_back(std::make_shared<BaseCollector>());
  own.push_back(std::make_shared<ProcessCollector>());
  return own;
}

}  // namespace signaling
