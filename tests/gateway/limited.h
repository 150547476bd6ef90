// What a gateway counted of those that were over a limit.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "prometheus/registry.h"

namespace signaling::gateway {

inline double Limited(const prometheus::Registry& registry, const std::string& limit) {
  for (const auto& family : registry.Collect()) {
    if (family.name != "signaling_rate_limited_total") continue;
    for (const auto& metric : family.metric) {
      if (metric.label.at(0).value == limit) return metric.counter.value;
    }
  }
  ADD_FAILURE() << "no series of " << limit;
  return -1;
}

}  // namespace signaling::gateway
