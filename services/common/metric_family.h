// What a collector that reads its numbers when it is scraped answers with. Functions without state.
#pragma once

#include <utility>
#include <vector>

#include "prometheus/metric_family.h"

namespace signaling {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// `family` is a gauge or a counter.
inline void AddSample(prometheus::MetricFamily& family, double value, MetricLabels labels = {}) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

// Without samples.
inline prometheus::MetricFamily MakeFamily(const char* name, const char* help,
                                           prometheus::MetricType type) {
  return {.name = name, .help = help, .type = type, .metric = {}};
}

// Of one value.
inline prometheus::MetricFamily GaugeFamily(const char* name, const char* help, double value) {
  prometheus::MetricFamily family = MakeFamily(name, help, prometheus::MetricType::Gauge);
  AddSample(family, value);
  return family;
}

inline prometheus::MetricFamily CounterFamily(const char* name, const char* help, double value) {
  prometheus::MetricFamily family = MakeFamily(name, help, prometheus::MetricType::Counter);
  AddSample(family, value);
  return family;
}

}  // namespace signaling
