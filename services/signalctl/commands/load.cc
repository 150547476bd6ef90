#include "services/signalctl/load/load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/common/address.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/target.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"

namespace signaling::ctl {
namespace {

constexpr rlim_t kOtherDescriptors = 64;
// Where nobody looks at it as it grows a line is kept: fewer of them will do.
constexpr int kLinesApart = 5;

struct Arguments {
  std::string url;
  std::string answerer_token_file;
  std::uint32_t pairs = 10;
  double rate = 20;
  absl::Duration duration = absl::Seconds(10);
  bool is_ours = false;
};

absl::Status CheckArguments(const Arguments& arguments) {
  if (arguments.pairs == 0 || arguments.pairs > kMaxPairs) {
    return Fail(ExitCode::kUsage, absl::StrCat("--pairs: from 1 to ", kMaxPairs));
  }
  if (!(arguments.rate > 0 && arguments.rate <= kMaxRate)) {
    return Fail(ExitCode::kUsage, absl::StrCat("--rate: above 0, at most ", kMaxRate));
  }
  if (arguments.duration < absl::Milliseconds(100) ||
      arguments.duration > absl::FromChrono(kMaxLoad)) {
    return Fail(ExitCode::kUsage, "--duration: from 100ms to 10m");
  }
  return absl::OkStatus();
}

// A load is an attack where it was not asked for: whatever is not this machine has to be said to be one's own.
absl::Status CheckOwner(const Url& url, bool is_ours) {
  if (is_ours) return absl::OkStatus();
  boost::asio::io_context io;
  boost::system::error_code ec;
  const auto found = boost::asio::ip::tcp::resolver(io).resolve(url.host, "", ec);
  if (ec) return Fail(ExitCode::kUnreachable, absl::StrCat(url.host, ": ", ec.message()));
  const bool here = std::all_of(found.begin(), found.end(), [](const auto& one) {
    return one.endpoint().address().is_loopback();
  });
  if (here) return absl::OkStatus();
  return Fail(ExitCode::kUsage,
              absl::StrCat(url.host,
                           " is not this machine: a load disturbs everybody who uses a server. "
                           "If it is yours and may be loaded, say --i-run-this-server"));
}

absl::Status RaiseDescriptors(std::uint32_t pairs) {
  const rlim_t needed = 2 * rlim_t{pairs} + kOtherDescriptors;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return absl::OkStatus();
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  if (limit.rlim_cur == needed && setrlimit(RLIMIT_NOFILE, &limit) == 0) return absl::OkStatus();
  return Fail(ExitCode::kUsage,
              absl::StrCat("--pairs: ", pairs, " need ", needed, " open files, and ",
                           limit.rlim_max, " are allowed (ulimit -n)"));
}

absl::Status Run(const Arguments& arguments, Context& context) {
  if (absl::Status status = CheckArguments(arguments); !status.ok()) return status;
  absl::StatusOr<Target> target = ReadTarget(arguments.url, context);
  if (!target.ok()) return target.status();
  absl::StatusOr<std::string> answerer =
      ReadTokenFile("--answerer-token-file", arguments.answerer_token_file);
  if (!answerer.ok()) return answerer.status();
  if (absl::Status status = CheckOwner(target->url, arguments.is_ours); !status.ok()) return status;
  if (absl::Status status = RaiseDescriptors(arguments.pairs); !status.ok()) return status;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  int seconds = 0;
  const LoadOptions options{
      .url = target->url,
      .tls = target->tls.get(),
      .caller_token = target->token,
      .answerer_token = answerer->empty() ? target->token : *answerer,
      .timeout = target->timeout,
      .pairs = arguments.pairs,
      .rate = arguments.rate,
      .duration = ToSteady(arguments.duration),
      .progress = [&](const LoadTally& tally) {
        if (++seconds % kLinesApart != 0 && !terminal) return;
        context.err << (terminal ? "\r" : "")
                    << absl::StrFormat(
                           "%d s: %d pairs, %d frames sent, %d on their way, p99 %.2f ms", seconds,
                           tally.opened, tally.sent, tally.sent - tally.delivered,
                           tally.latency.Quantile(0.99) / 1000)
                    << (terminal ? "  " : "\n") << std::flush;
      }};
  const LoadTally tally = RunLoad(options);
  if (terminal && seconds > 0) context.err << "\n";
  if (context.options.json()) {
    PrintLoadJson(tally, options, context.out);
  } else {
    PrintLoad(tally, options, context.out);
  }
  if (tally.ok()) return absl::OkStatus();
  return Fail(ExitCode::kNo,
              tally.failure ? "the load did not begin" : "not every frame arrived as it should");
}

}  // namespace

void AddLoad(CommandTree& tree) {
  auto arguments = std::make_shared<Arguments>();
  Command command = tree.Add(
      {.name = "load",
       .summary =
           "Loads a gateway of your own with pairs that set calls up, and counts what arrives, "
           "how late, and what does not.",
       .example =
           "signalctl load ws://127.0.0.1:8765 --pairs 5\n"
           "signalctl load ws://127.0.0.1:8765 --pairs 1000 --rate 20 --duration 1m -o json"},
      [arguments](Context& context) { return Run(*arguments, context); });
  command.Argument("URL", &arguments->url,
                   "Of the gateway: ws://, wss://, http:// or https://; without a path it is /v1.");
  command.Option("--pairs", &arguments->pairs, "So many pairs of peers, at most 10000.");
  command.Option("--rate", &arguments->rate, "Frames a second of each pair.");
  command.Option("--duration", &arguments->duration, "So long, at most 10m.");
  command.Option("--answerer-token-file", &arguments->answerer_token_file,
                 "The answerers' token, whose sub has to be another one than that of --token-file.",
                 {.is_file = true});
  command.Switch("--i-run-this-server", &arguments->is_ours,
                 "The server is not this machine, but it is yours and may be loaded.");
}

}  // namespace signaling::ctl
