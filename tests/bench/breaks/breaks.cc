// What a break costs: all sessions cut at once and back again (`storm`), or one client that stops reading among many
// (`stalled`). One line of JSON with what came of it. breaks.py calls it.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "services/common/flags.h"
#include "tests/bench/breaks/crowd.h"
#include "tests/bench/load/processes.h"

ABSL_FLAG(std::string, workload, "storm", "storm or stalled");
ABSL_FLAG(std::uint32_t, port, 0, "where the gateway listens on 127.0.0.1");
ABSL_FLAG(std::uint32_t, return_port, 0, "where who was cut comes back to; 0: the same");
ABSL_FLAG(int, kill_pid, 0,
          "storm: the gateway to be killed; 0: the clients' connections are reset instead");
ABSL_FLAG(std::vector<std::string>, pids, {}, "the servers' processes, whose use is measured");
ABSL_FLAG(int, sessions, 10000, "clients");
ABSL_FLAG(int, room_size, 2, "clients in a room");
ABSL_FLAG(int, padding, 100, "bytes with each message");
ABSL_FLAG(int, unacknowledged, 2, "storm: messages of each client on their way when it is cut");
ABSL_FLAG(double, rate, 1000, "stalled: messages a second, of all clients together");
ABSL_FLAG(bool, stall, true,
          "stalled: whether one does stop reading; without it the same for comparison");
ABSL_FLAG(absl::Duration, measured, absl::Seconds(10), "stalled: for how long");

namespace signaling::bench {
namespace {

constexpr std::chrono::seconds kPatience{120};

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// Seconds after `begin`, of each quantile.
double Quantile(std::vector<Time> times, double quantile, Time begin) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  const auto at = static_cast<std::size_t>(quantile * static_cast<double>(times.size() - 1));
  return Seconds(times[at] - begin);
}

// How many in each tenth of a second after `begin`.
std::string Tenths(const std::vector<Time>& times, Time begin) {
  std::vector<int> counts;
  for (const Time time : times) {
    const auto tenth = static_cast<std::size_t>(std::max(0.0, Seconds(time - begin)) * 10);
    if (counts.size() <= tenth) counts.resize(tenth + 1);
    ++counts[tenth];
  }
  std::string list;
  for (const int count : counts) list += (list.empty() ? "" : ",") + std::to_string(count);
  return list;
}

void PrintSeen(const Crowd& crowd, const Seen& seen, const Client* except) {
  std::printf(
      ",\"sent\":%llu,\"delivered\":%llu,\"lost\":%llu,\"duplicated\":%llu,\"reordered\":%llu,"
      "\"not_resumed\":%llu,\"seats_lost\":%llu",
      static_cast<unsigned long long>(seen.sent), static_cast<unsigned long long>(seen.delivered),
      static_cast<unsigned long long>(crowd.Missing(except)),
      static_cast<unsigned long long>(seen.duplicated),
      static_cast<unsigned long long>(seen.reordered),
      static_cast<unsigned long long>(seen.not_resumed),
      static_cast<unsigned long long>(seen.gone));
}

bool Clean(const Crowd& crowd, const Seen& seen, const Client* except) {
  return crowd.Missing(except) == 0 && seen.duplicated == 0 && seen.reordered == 0;
}

std::vector<int> Pids() {
  std::vector<int> pids;
  for (const std::string& pid : absl::GetFlag(FLAGS_pids)) pids.push_back(std::stoi(pid));
  return pids;
}

int Storm(Crowd& crowd) {
  Seen& seen = crowd.seen();
  const Time joining = Clock::now();
  if (!crowd.Join(static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port)), joining + kPatience)) {
    std::fprintf(stderr, "not everybody could join\n");
    return 1;
  }
  const double join_seconds = Seconds(Clock::now() - joining);
  seen.opened.clear();
  for (int i = 0; i < absl::GetFlag(FLAGS_unacknowledged); ++i) {
    for (const auto& client : crowd.clients()) client->Send();
  }
  const std::size_t in_flight = crowd.Unacknowledged();
  const Usage before = UsageOf(Pids());
  const Time cut = Clock::now();
  if (absl::GetFlag(FLAGS_return_port) != 0) {
    crowd.set_port(static_cast<std::uint16_t>(absl::GetFlag(FLAGS_return_port)));
  }
  if (const int pid = absl::GetFlag(FLAGS_kill_pid); pid != 0) {
    kill(pid, SIGKILL);
  } else {
    for (const auto& client : crowd.clients()) client->Cut();
  }
  const auto over = [&] {
    return seen.back.size() >= crowd.clients().size() && crowd.AllConnected() &&
           crowd.Unacknowledged() == 0 && crowd.AllArrived();
  };
  while (!over() && Clock::now() < cut + kPatience) {
    crowd.Turn(Clock::now() + std::chrono::milliseconds(20));
  }
  const Usage after = UsageOf(Pids());
  std::printf("{\"workload\":\"storm\",\"sessions\":%zu,\"join_seconds\":%.2f,\"in_flight\":%zu",
              crowd.clients().size(), join_seconds, in_flight);
  std::printf(",\"back\":%zu,\"back_p50\":%.2f,\"back_p99\":%.2f,\"back_last\":%.2f",
              seen.back.size(), Quantile(seen.back, 0.5, cut), Quantile(seen.back, 0.99, cut),
              Quantile(seen.back, 1, cut));
  std::printf(",\"all_delivered\":%.2f,\"cpu_seconds\":%.2f,\"failed_attempts\":%llu",
              Seconds(Clock::now() - cut), after.cpu_seconds - before.cpu_seconds,
              static_cast<unsigned long long>(
                  seen.broken - (absl::GetFlag(FLAGS_kill_pid) != 0 ? crowd.clients().size() : 0)));
  PrintSeen(crowd, seen, nullptr);
  std::printf(",\"accepted_per_tenth\":[%s],\"back_per_tenth\":[%s]}\n",
              Tenths(seen.opened, cut).c_str(), Tenths(seen.back, cut).c_str());
  return over() && seen.not_resumed == 0 && Clean(crowd, seen, nullptr) ? 0 : 1;
}

int Stalled(Crowd& crowd) {
  Seen& seen = crowd.seen();
  Client* const stalled = absl::GetFlag(FLAGS_stall) ? crowd.clients().front().get() : nullptr;
  if (stalled != nullptr) stalled->set_stalled();
  if (!crowd.Join(static_cast<std::uint16_t>(absl::GetFlag(FLAGS_port)),
                  Clock::now() + kPatience)) {
    std::fprintf(stderr, "not everybody could join\n");
    return 1;
  }
  const auto interval = std::chrono::nanoseconds(
      static_cast<std::int64_t>(1e9 / std::max(1.0, absl::GetFlag(FLAGS_rate))));
  const Time end = Clock::now() + absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_measured));
  const Usage before = UsageOf(Pids());
  Time due = Clock::now();
  std::size_t turn = 0;
  while (Clock::now() < end) {
    for (; due <= Clock::now(); due += interval) {
      // Who stalls says nothing either.
      Client* sender = crowd.clients()[turn++ % crowd.clients().size()].get();
      if (sender != stalled) sender->Send();
    }
    crowd.Turn(due);
  }
  while (!(crowd.Unacknowledged() == 0 && crowd.AllArrived(stalled)) &&
         Clock::now() < end + std::chrono::seconds(10)) {
    crowd.Turn(Clock::now() + std::chrono::milliseconds(20));
  }
  const Usage after = UsageOf(Pids());
  const double cpu = after.cpu_seconds - before.cpu_seconds;
  std::printf("{\"workload\":\"stalled\",\"stall\":%s,\"sessions\":%zu,\"cpu_seconds\":%.2f",
              stalled != nullptr ? "true" : "false", crowd.clients().size(), cpu);
  std::printf(",\"cpu_us_per_frame\":%.2f",
              cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(1, seen.delivered)));
  PrintSeen(crowd, seen, stalled);
  std::printf("}\n");
  return crowd.Unacknowledged() == 0 && Clean(crowd, seen, stalled) ? 0 : 1;
}

int Main() {
  const std::string workload = absl::GetFlag(FLAGS_workload);
  if (workload != "storm" && workload != "stalled") {
    return RefuseStart(absl::InvalidArgumentError("--workload: no such workload"));
  }
  Crowd crowd(static_cast<std::size_t>(absl::GetFlag(FLAGS_sessions)),
              static_cast<std::size_t>(absl::GetFlag(FLAGS_room_size)),
              static_cast<std::size_t>(absl::GetFlag(FLAGS_padding)));
  return workload == "storm" ? Storm(crowd) : Stalled(crowd);
}

}  // namespace
}  // namespace signaling::bench

int main(int argc, char** argv) {
  const absl::Status status =
      signaling::ParseFlags(argc, argv, "Breaks for signaling servers, and what they cost.");
  if (!status.ok()) return signaling::RefuseStart(status);
  return signaling::bench::Main();
}
