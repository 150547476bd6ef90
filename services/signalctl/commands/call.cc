#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/signalctl/call/print.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/target.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"

namespace signaling::ctl {
namespace {

constexpr std::uint32_t kMaxCount = 1'000'000;

struct Arguments {
  std::string url;
  std::string answerer_token_file;
  std::string room;
  bool by_offer = false;
  bool report = false;
  std::uint32_t count = 1;
  absl::Duration interval = absl::Seconds(1);
};

absl::Status Run(const Arguments& arguments, Context& context) {
  if (arguments.count == 0 || arguments.count > kMaxCount) {
    return Fail(ExitCode::kUsage, absl::StrCat("--count: from 1 to ", kMaxCount));
  }
  if (!arguments.room.empty() && (arguments.by_offer || !IsValidId(arguments.room))) {
    return Fail(ExitCode::kUsage, arguments.by_offer ? "--room: a call by offer needs no room"
                                                     : "--room: 1 to 128 of [A-Za-z0-9._~:@-]");
  }
  absl::StatusOr<Target> target = ReadTarget(arguments.url, context);
  if (!target.ok()) return target.status();
  absl::StatusOr<std::string> answerer =
      ReadTokenFile("--answerer-token-file", arguments.answerer_token_file);
  if (!answerer.ok()) return answerer.status();
  const CallOptions options{.url = target->url,
                            .tls = target->tls.get(),
                            .caller_token = target->token,
                            .answerer_token = answerer->empty() ? target->token : *answerer,
                            .room = arguments.room,
                            .timeout = target->timeout,
                            .by_offer = arguments.by_offer,
                            .report = arguments.report};
  std::uint32_t failed = 0;
  for (std::uint32_t i = 0; i < arguments.count; ++i) {
    if (i > 0) std::this_thread::sleep_for(ToSteady(arguments.interval));
    const CallResult call = MakeCall(options);
    if (context.options.json()) {
      PrintCallJson(call, context.out);
    } else {
      if (arguments.count > 1) context.out << "call " << i + 1 << "\n";
      PrintCall(call, context.out);
      context.out.flush();
    }
    if (call.failure) ++failed;
    if (!context.out) break;  // nobody reads on
  }
  if (failed == 0) return absl::OkStatus();
  return Fail(ExitCode::kNo, arguments.count == 1 ? std::string("the call did not come about")
                                                  : absl::StrCat(failed, " of ", arguments.count,
                                                                 " calls did not come about"));
}

}  // namespace

void AddCall(CommandTree& tree) {
  auto arguments = std::make_shared<Arguments>();
  Command command = tree.Add(
      {.name = "call",
       .summary =
           "Makes a call of two peers without media through gateway and service, and says how "
           "long each step takes: the smoke test of a deployment.",
       .example = "signalctl call ws://127.0.0.1:8765\n"
                  "signalctl call wss://signal.example.org --token-file a.jwt "
                  "--answerer-token-file b.jwt --by-offer"},
      [arguments](Context& context) { return Run(*arguments, context); });
  command.Argument("URL", &arguments->url,
                   "Of the gateway: ws://, wss://, http:// or https://; without a path it is /v1.");
  command.Option("--answerer-token-file", &arguments->answerer_token_file,
                 "The answerer's token, whose sub has to be another one than that of --token-file.",
                 {.is_file = true});
  command.Option("--room", &arguments->room, "Meet in this room, in place of a fresh one.",
                 {.value = "NAME"});
  command.Switch("--by-offer", &arguments->by_offer,
                 "Store an offer, claim and answer it, in place of meeting in a room.");
  command.Switch(
      "--report", &arguments->report,
      "Tell the service that the call came about. It then counts in the operators' numbers.");
  command.Option("--count", &arguments->count, "So many calls, one after the other.");
  command.Option("--interval", &arguments->interval, "Between two of them.");
}

}  // namespace signaling::ctl
