// What a registry says of one series.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "prometheus/registry.h"

namespace signaling::gateway {

// The value of a counter or gauge, or how often a histogram observed; `label`: the value of its first label, where it has any.
inline double Sample(const prometheus::Registry& registry, const std::string& name,
                     const std::string& label = "") {
  for (const auto& family : registry.Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      if (!label.empty() && metric.label.at(0).value != label) continue;
      switch (family.type) {
        case prometheus::MetricType::Counter: return metric.counter.value;
        case prometheus::MetricType::Gauge: return metric.gauge.value;
        default: return static_cast<double>(metric.histogram.sample_count);
      }
    }
  }
  ADD_FAILURE() << "no series " << name << " " << label;
  return -1;
}

// What a histogram's observations add up to.
inline double Sum(const prometheus::Registry& registry, const std::string& name,
                  const std::string& label = "") {
  for (const auto& family : registry.Collect()) {
    if (family.name != name) continue;
    for (const auto& metric : family.metric) {
      if (label.empty() || metric.label.at(0).value == label) return metric.histogram.sample_sum;
    }
  }
  ADD_FAILURE() << "no series " << name << " " << label;
  return -1;
}

}  // namespace signaling::gateway
