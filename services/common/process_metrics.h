// What /metrics says of a process, whichever of ours it is: process_* under the names and units that every client library of
// Prometheus has (prometheus-cpp has none), signaling_build_info, signaling_log_lines_total and signaling_draining.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/collectable.h"

namespace signaling {

// process_*, read from /proc each time; what cannot be read is left out. But for the start, which is read once: the kernel
// rounds the time of the boot anew whenever the clock is set, and a start that moves looks like a restart. Thread-safe.
class ProcessCollector final : public prometheus::Collectable {
 public:
  explicit ProcessCollector(std::string proc = "/proc");
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // Constant after construction.
  const std::string proc_;
  const std::optional<double> start_;  // in seconds since the epoch
};

// For the internal port: `own`, and what both processes have.
std::vector<std::shared_ptr<prometheus::Collectable>> ProcessCollectors(
    std::vector<std::shared_ptr<prometheus::Collectable>> own);

}  // namespace signaling
