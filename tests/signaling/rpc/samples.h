// What a registry would tell Prometheus now.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "prometheus/registry.h"

namespace signaling {

using LabelMap = std::map<std::string, std::string>;

// Of a counter its value, of a histogram how many were observed. Nothing: there is no such series.
inline std::optional<std::uint64_t> Sample(const prometheus::Registry& registry,
                                           const std::string& name, const LabelMap& labels = {}) {
  for (const prometheus::MetricFamily& family : registry.Collect()) {
    if (family.name != name) continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      LabelMap found;
      for (const auto& label : metric.label) found.emplace(label.name, label.value);
      if (found != labels) continue;
      return family.type == prometheus::MetricType::Histogram
                 ? metric.histogram.sample_count
                 : static_cast<std::uint64_t>(metric.counter.value);
    }
  }
  return std::nullopt;
}

}  // namespace signaling
