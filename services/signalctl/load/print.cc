#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/signalctl/load/load.h"
#include "services/signalctl/table.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

// From here on of one core the numbers are this program's own as much as the server's.
constexpr double kBusy = 0.8;
// Likewise, in microseconds, where frames leave so much later than they were due.
constexpr double kLate = 10'000;
// What a gateway lets a session send, where --rate_limits does not say otherwise: of a call's 22 frames each side sends one description
// and ten candidates.
constexpr double kLimitedRate = 22 * 5;

std::string Milliseconds(double microseconds) {
  return absl::StrFormat("%.2f ms", microseconds / 1000);
}

std::string Counts(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, " ", count);
  }
  return text.empty() ? "none" : text;
}

json::object CountsJson(const std::map<std::string, std::uint64_t>& counts) {
  json::object object;
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

double PerSecond(const LoadTally& tally) {
  return tally.seconds > 0 ? static_cast<double>(tally.delivered) / tally.seconds : 0;
}

}  // namespace

void PrintLoad(const LoadTally& tally, const LoadOptions& options, std::ostream& out) {
  Sheet sheet;
  if (tally.failure) {
    sheet.Add("failed", tally.failure->what);
    sheet.Add("means", tally.failure->meaning);
    sheet.Add("next", tally.failure->next);
    return sheet.Print(out);
  }
  sheet.Add("pairs", absl::StrCat(tally.opened));
  sheet.Add("time",
            absl::StrFormat("%.2f s%s", tally.seconds, tally.interrupted ? ", interrupted" : ""));
  sheet.Add("frames sent", absl::StrCat(tally.sent));
  sheet.Add("frames delivered", absl::StrCat(tally.delivered));
  sheet.Add("frames a second", absl::StrFormat("%.1f", PerSecond(tally)));
  sheet.Add("latency p50", Milliseconds(tally.latency.Quantile(0.5)));
  sheet.Add("latency p90", Milliseconds(tally.latency.Quantile(0.9)));
  sheet.Add("latency p99", Milliseconds(tally.latency.Quantile(0.99)));
  sheet.Add("latency max", Milliseconds(tally.latency.Largest()));
  sheet.Add("lost", absl::StrCat(tally.lost));
  sheet.Add("duplicated", absl::StrCat(tally.duplicated));
  sheet.Add("reordered", absl::StrCat(tally.reordered));
  sheet.Add("changed", absl::StrCat(tally.changed));
  sheet.Add("errors", Counts(tally.errors));
  sheet.Add("closes", Counts(tally.closes));
  sheet.Add("own CPU", absl::StrFormat("%.0f %% of a core", tally.cpu * 100));
  sheet.Add("own lateness p99", Milliseconds(tally.lateness.Quantile(0.99)));
  sheet.Print(out);
  if (tally.cpu > kBusy || tally.lateness.Quantile(0.99) > kLate) {
    out << "this program, or its machine, was at its limit: what is above is that as much as the "
           "server's\n";
  }
  if (tally.held_back > 0) {
    out << tally.held_back
        << " frames were due and not sent: too few of those before were acknowledged, or this "
           "program came too late to it\n";
  }
  if (options.rate > kLimitedRate || tally.errors.contains("rate_limited")) {
    out << "more than " << kLimitedRate
        << " frames a second of a pair are over what gateways let a session send: start them with "
           "--rate_limits=off\n";
  }
}

void PrintLoadJson(const LoadTally& tally, const LoadOptions& options, std::ostream& out) {
  json::object object{{"ok", tally.ok()}, {"pairs", options.pairs}, {"opened", tally.opened}};
  if (tally.failure) {
    object["what"] = tally.failure->what;
    object["meaning"] = tally.failure->meaning;
    object["next"] = tally.failure->next;
  } else {
    object["seconds"] = tally.seconds;
    object["interrupted"] = tally.interrupted;
    object["sent"] = tally.sent;
    object["delivered"] = tally.delivered;
    object["frames_per_second"] = PerSecond(tally);
    object["latency_ms"] = json::object{{"p50", tally.latency.Quantile(0.5) / 1000},
                                        {"p90", tally.latency.Quantile(0.9) / 1000},
                                        {"p99", tally.latency.Quantile(0.99) / 1000},
                                        {"max", tally.latency.Largest() / 1000}};
    object["lost"] = tally.lost;
    object["duplicated"] = tally.duplicated;
    object["reordered"] = tally.reordered;
    object["changed"] = tally.changed;
    object["held_back"] = tally.held_back;
    object["errors"] = CountsJson(tally.errors);
    object["closes"] = CountsJson(tally.closes);
    object["own_lateness_p99_ms"] = tally.lateness.Quantile(0.99) / 1000;
    object["cpu_of_a_core"] = tally.cpu;
  }
  out << json::serialize(object) << "\n";
}

}  // namespace signaling::ctl
