// Step 4: what both processes say of themselves: their internal ports, and their logs.
#include "absl/strings/str_cat.h"
#include "services/signalctl/doctor/http_get.h"
#include "services/signalctl/doctor/log_lines.h"
#include "services/signalctl/doctor/metrics_text.h"
#include "services/signalctl/doctor/visit.h"

namespace signaling::ctl {
namespace {

constexpr std::size_t kShownSamples = 12;

// One of the two processes.
struct Process {
  const char* name;
  const char* option;
  const char* default_port;
  const char* log_option;
  const std::optional<Url>& internal;
  const std::string& log;
};

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// False: nobody answers there, so that asking for more is in vain.
bool CheckProbe(const Process& process, const char* path, const char* meaning, Duration timeout,
                Step& step) {
  const std::string name = absl::StrCat(process.name, " ", path);
  const absl::StatusOr<HttpAnswer> answer = HttpGet(*process.internal, path, timeout);
  if (!answer.ok()) {
    step.checks.push_back(Failed(
        name, {std::string(answer.status().message()),
               absl::StrCat("The ", process.name,
                            " does not run there, or its internal port is another one, or not to "
                            "be reached from here."),
               absl::StrCat("Its log line \"listening\" names internal_port; it is on the address "
                            "of --address, and ",
                            process.default_port, " unless --internal_port says otherwise.")}));
    return false;
  }
  if (answer->status == 200) {
    step.checks.push_back({name, Outcome::kOk, FirstLine(answer->body)});
  } else {
    step.checks.push_back(
        Failed(name, {absl::StrCat("HTTP ", answer->status, ": ", FirstLine(answer->body)), meaning,
                      absl::StrCat("Look at the ", process.name,
                                   "'s log: warnings and errors around its last not_ready.")}));
  }
  return true;
}

void CheckMetrics(const Process& process, Duration timeout, Step& step) {
  const std::string name = absl::StrCat(process.name, " /metrics");
  const absl::StatusOr<HttpAnswer> answer = HttpGet(*process.internal, "/metrics", timeout);
  const std::vector<Sample> samples =
      answer.ok() ? ReadSamples(answer->body) : std::vector<Sample>();
  if (samples.empty()) {
    step.checks.push_back(
        Failed(name, {answer.ok() ? "no metrics came" : std::string(answer.status().message()),
                      "What answers is no internal port of ours.", "Check the host and port."}));
    return;
  }
  const std::vector<Sample> troubles = Troubles(samples);
  Check check{name, Outcome::kOk,
              troubles.empty()
                  ? "no error, refusal or break since its start"
                  : "since its start, the biggest first (what this doctor did is among them):"};
  for (const Sample& sample : troubles) {
    if (check.lines.size() == kShownSamples) break;
    check.lines.push_back(absl::StrCat(sample.name, " ", sample.value));
  }
  if (troubles.size() > kShownSamples) {
    check.lines.push_back(absl::StrCat("and ", troubles.size() - kShownSamples, " more"));
  }
  step.checks.push_back(std::move(check));
}

void CheckInternal(const Process& process, Duration timeout, Step& step) {
  if (!process.internal) {
    step.checks.push_back(
        NotChecked(absl::StrCat(process.name, "'s internal port"),
                   absl::StrCat("no ", process.option, " was given"),
                   absl::StrCat(process.option, " http://HOST:", process.default_port,
                                ", or on its machine: curl http://127.0.0.1:", process.default_port,
                                "/readyz (and /healthz, /metrics)")));
    return;
  }
  if (CheckProbe(process, "/healthz", "It hangs.", timeout, step) &&
      CheckProbe(process, "/readyz", "It does not serve new sessions now.", timeout, step)) {
    CheckMetrics(process, timeout, step);
  }
}

void CheckLog(const Process& process, const Visit& visit, Step& step) {
  const std::string name = absl::StrCat(process.name, "'s log");
  if (process.log.empty()) {
    step.checks.push_back(
        NotChecked(name, absl::StrCat("no ", process.log_option, " was given"),
                   absl::StrCat(process.log_option,
                                " FILE, or where it runs: kubectl logs, docker logs or journalctl "
                                "-o cat, piped through jq -c "
                                "'select(.level==\"warning\" or .level==\"error\")'")));
    return;
  }
  const absl::StatusOr<std::string> text = ReadEnd(process.log);
  const LogFindings found =
      text.ok() ? FindInLog(*text, visit.session_ids, visit.traceparent) : LogFindings();
  if (found.lines == 0) {
    step.checks.push_back(Failed(
        name, {text.ok() ? absl::StrCat(process.log, " has no line that is JSON")
                         : std::string(text.status().message()),
               "This is no log of ours, or it is empty.",
               "The processes write it to standard output; give the file that keeps that."}));
    return;
  }
  Check check{name, Outcome::kOk,
              absl::StrCat(found.troubles.size(), found.troubles.size() == 10 ? " or more" : "",
                           " warnings and errors, ", found.own.size(), " lines of this doctor")};
  check.lines = found.troubles;
  for (const std::string& line : found.own) check.lines.push_back(absl::StrCat("own: ", line));
  step.checks.push_back(std::move(check));
}

}  // namespace

Step CheckLogs(Visit& visit) {
  const DoctorOptions& options = visit.options;
  const Process processes[] = {
      {"gateway", "--gateway-internal", "8766", "--gateway-log", options.gateway_internal,
       options.gateway_log},
      {"service", "--service-internal", "50052", "--service-log", options.service_internal,
       options.service_log},
  };
  Step step{4, "Error logs"};
  for (const Process& process : processes) {
    CheckInternal(process, options.timeout, step);
    CheckLog(process, visit, step);
  }
  return step;
}

}  // namespace signaling::ctl
