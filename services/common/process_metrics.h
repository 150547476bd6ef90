// What /metrics says of a process, whichever of ours it is: process_* under the names and units that every client library of
// Prometheus has (prometheus-cpp has none), signaling_build_info, signaling_log_lines_total and signaling_draining.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/collectable.h"

namespace signaling {

// process_*, read from /proc each time; what cannot be read is left out. Thread-safe: no state.
class ProcessCollector final : public prometheus::Collectable {
 public:
  explicit ProcessCollector(std::string proc = "/proc") : proc_(std::move(proc)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // Constant after construction.
  const std::string proc_;
};

// For the internal port: `own`, and what both processes have.
std::vector<std::shared_ptr<prometheus::Collectable>> ProcessCollectors(
    std::vector<std::shared_ptr<prometheus::Collectable>> own);

}  // namespace signaling
