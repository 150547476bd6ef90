#include "services/signalctl/doctor/metrics_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

// Beginnings: a family, or some of its labels.
constexpr std::string_view kTroubles[] = {
    "signaling_errors_total{",
    "signaling_closes_total{",
    "signaling_rate_limited_total{",
    "signaling_authentications_total{",
    "signaling_link_breaks_total",
    "signaling_slow_consumers_total",
    "signaling_session_moves_total",
    "signaling_messages_resent_total",
    "signaling_setup_failures_total{",
    "signaling_config_reloads_total{result=\"error\"",
    "signaling_log_lines_total{level=\"warning\"",
    "signaling_log_lines_total{level=\"error\"",
    "signaling_resumes_total{",
};

bool IsTrouble(std::string_view name) {
  if (name.find("code=\"1000\"") != std::string_view::npos) return false;
  for (const char* good : {"result=\"resumed\"", "result=\"accepted\""}) {
    if (name.find(good) != std::string_view::npos) return false;
  }
  return std::any_of(std::begin(kTroubles), std::end(kTroubles),
                     [&](std::string_view begin) { return name.starts_with(begin); });
}

}  // namespace

std::vector<Sample> ReadSamples(std::string_view text) {
  std::vector<Sample> samples;
  for (absl::string_view line : absl::StrSplit(Absl(text), '\n', absl::SkipEmpty())) {
    if (line.front() == '#') continue;
    // A label's value may hold spaces, the value and a time after it may not; ours have no time.
    const std::size_t space = line.rfind(' ');
    double value = 0;
    if (space == absl::string_view::npos || !absl::SimpleAtod(line.substr(space + 1), &value)) {
      continue;
    }
    samples.push_back({std::string(line.substr(0, space)), value});
  }
  return samples;
}

std::vector<Sample> Troubles(const std::vector<Sample>& samples) {
  std::vector<Sample> found;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(found),
               [](const Sample& sample) { return sample.value > 0 && IsTrouble(sample.name); });
  std::stable_sort(found.begin(), found.end(),
                   [](const Sample& a, const Sample& b) { return a.value > b.value; });
  return found;
}

}  // namespace signaling::ctl
