// The load generator: one workload against one server, one line of JSON with what came of it. run.py calls it.
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "services/common/flags.h"
#include "services/common/json_text.h"
#include "tests/bench/load/workload.h"

ABSL_FLAG(std::string, workload, "setup-reuse", "setup, setup-reuse, pingpong, open or idle");
ABSL_FLAG(std::string, dialect, "relay", "relay, plain, v1 or peerjs");
ABSL_FLAG(std::uint32_t, port, 0, "where the server listens on 127.0.0.1");
ABSL_FLAG(std::vector<std::string>, pids, {}, "the server's processes, whose use is measured");
ABSL_FLAG(int, pairs, 32, "pairs that talk");
ABSL_FLAG(int, window, 1, "frames on their way in a pair, for pingpong");
ABSL_FLAG(double, rate, 2000, "frames a second, for open");
ABSL_FLAG(int, sessions, 1000, "joined sessions, for idle");
ABSL_FLAG(absl::Duration, warmup, absl::Seconds(1), "talk before the measuring");
ABSL_FLAG(absl::Duration, measured, absl::Seconds(5), "how long is measured");

namespace signaling::bench {
namespace {

void Print(const char* key, double value) { std::printf(",\"%s\":%.6g", key, value); }

void PrintCount(const char* key, std::uint64_t value) {
  std::printf(",\"%s\":%llu", key, static_cast<unsigned long long>(value));
}

void PrintLatency(const char* name, const Histogram& histogram) {
  if (histogram.count() == 0) return;
  std::printf(",\"%s_us\":{\"p50\":%.1f,\"p99\":%.1f,\"p99.9\":%.1f}", name,
              histogram.Quantile(0.5), histogram.Quantile(0.99), histogram.Quantile(0.999));
}

void PrintMemory(const Measured& joins, int sessions) {
  const double each = 1024.0 / sessions;
  Print("rss_bytes_per_session", each * (static_cast<double>(joins.after.rss_kib) -
                                         static_cast<double>(joins.before.rss_kib)));
  Print("anon_bytes_per_session", each * (static_cast<double>(joins.after.anon_kib) -
                                          static_cast<double>(joins.before.anon_kib)));
  Print("cpu_ms_per_1000_joins", joins.cpu() * 1e6 / sessions);
}

void PrintReport(const Options& options, const Workload& workload, bool finished) {
  const Tally& tally = workload.tally();
  const Measured& measured = workload.measured();
  std::printf("{\"workload\":\"%s\"", options.workload.c_str());
  Print("seconds", measured.seconds);
  PrintCount("frames", measured.delivered);
  PrintCount("calls", measured.calls);
  Print("frames_per_second", static_cast<double>(measured.delivered) / measured.seconds);
  Print("cpu_seconds", measured.cpu());
  if (measured.delivered > 0) {
    Print("cpu_us_per_frame", measured.cpu() * 1e6 / static_cast<double>(measured.delivered));
  }
  Print("generator_busy", measured.generator_cpu / measured.seconds);
  PrintLatency("latency", tally.latency);
  PrintLatency("call", tally.call);
  if (options.workload == "idle") {
    PrintMemory(workload.joins(), options.sessions);
    Print("cpu_us_per_session_second", measured.cpu() * 1e6 / measured.seconds / options.sessions);
  }
  PrintCount("lost", tally.sent - tally.delivered);
  PrintCount("duplicated", tally.duplicated);
  PrintCount("reordered", tally.reordered);
  PrintCount("changed", tally.changed);
  PrintCount("errors", tally.errors);
  std::string error;
  AppendJsonString(error, tally.first_error);
  std::printf(",\"first_error\":%s,\"finished\":%s}\n", error.c_str(), finished ? "true" : "false");
}

int Main() {
  Options options;
  options.workload = absl::GetFlag(FLAGS_workload);
  options.port = static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port));
  for (const std::string& pid : absl::GetFlag(FLAGS_pids)) options.pids.push_back(std::stoi(pid));
  options.pairs = absl::GetFlag(FLAGS_pairs);
  options.window = absl::GetFlag(FLAGS_window);
  options.rate = absl::GetFlag(FLAGS_rate);
  options.sessions = absl::GetFlag(FLAGS_sessions);
  options.warmup = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_warmup));
  options.measured = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_measured));
  const auto dialect = ParseDialect(absl::GetFlag(FLAGS_dialect));
  if (!dialect) return RefuseStart(absl::InvalidArgumentError("--dialect: no such dialect"));
  options.dialect = *dialect;

  Workload workload(options);
  const bool finished = workload.Run();
  PrintReport(options, workload, finished);
  const Tally& tally = workload.tally();
  const bool clean = finished && tally.errors == 0 && tally.sent == tally.delivered &&
                     tally.duplicated == 0 && tally.reordered == 0 && tally.changed == 0;
  return clean ? 0 : 1;
}

}  // namespace
}  // namespace signaling::bench

int main(int argc, char** argv) {
  const absl::Status status = signaling::ParseFlags(argc, argv, "Load for signaling servers.");
  if (!status.ok()) return signaling::RefuseStart(status);
  return signaling::bench::Main();
}
