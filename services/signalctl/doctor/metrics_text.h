// What of a process's /metrics tells that something goes wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signaling::ctl {

struct Sample {
  std::string name;  // with its labels, as the text has them
  double value = 0;
};

// The samples of Prometheus' text format (version 0.0.4); lines that are none are passed over.
std::vector<Sample> ReadSamples(std::string_view text);

// Of the counters of errors, closes, refusals and breaks those that are not zero, the biggest first. A close with 1000 is none.
std::vector<Sample> Troubles(const std::vector<Sample>& samples);

}  // namespace signaling::ctl
