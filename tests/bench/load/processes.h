// What processes have used, from /proc.
#pragma once

#include <cstdint>
#include <vector>

namespace signaling::bench {

struct Usage {
  double cpu_seconds = 0;      // user and system
  std::uint64_t rss_kib = 0;   // resident, shared pages too
  std::uint64_t anon_kib = 0;  // of it private memory: heap and stacks
};

// Added up over `pids`; a process that is gone counts nothing.
Usage UsageOf(const std::vector<int>& pids);
double OwnCpuSeconds();

}  // namespace signaling::bench
