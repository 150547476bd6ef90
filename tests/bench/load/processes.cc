#include "tests/bench/load/processes.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace signaling::bench {
namespace {

double CpuSeconds(const std::string& folder) {
  std::ifstream file(folder + "/stat");
  // The name in parentheses may hold anything; after it the state is field 3, utime 14 and stime 15.
  file.ignore(std::numeric_limits<std::streamsize>::max(), ')');
  std::string skipped;
  for (int field = 3; field < 14; ++field) file >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  file >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

Usage UsageOf(const std::vector<int>& pids) {
  Usage usage;
  for (const int pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    usage.cpu_seconds += CpuSeconds(folder);
    std::ifstream status(folder + "/status");
    for (std::string line; std::getline(status, line);) {
      std::istringstream words(line);
      std::string name;
      std::uint64_t kib = 0;
      words >> name >> kib;
      if (name == "VmRSS:") usage.rss_kib += kib;
      if (name == "RssAnon:") usage.anon_kib += kib;
    }
  }
  return usage;
}

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

}  // namespace signaling::bench
