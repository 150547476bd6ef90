#include <memory>
#include <string>

#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/target.h"
#include "services/signalctl/context.h"
#include "services/signalctl/doctor/visit.h"
#include "services/signalctl/failure.h"

namespace signaling::ctl {
namespace {

struct Arguments {
  std::string url;
  std::string origin;
  std::string room;
  std::string gateway_internal;
  std::string service_internal;
  std::string gateway_log;
  std::string service_log;
};

absl::StatusOr<std::optional<Url>> InternalUrl(std::string_view option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::StatusOr<Url> url = ReadInternalUrl(option, text);
  if (!url.ok()) return url.status();
  return *std::move(url);
}

absl::Status Run(const Arguments& arguments, Context& context) {
  absl::StatusOr<Target> target = ReadTarget(arguments.url, context);
  if (!target.ok()) return target.status();
  absl::StatusOr<std::optional<Url>> gateway =
      InternalUrl("--gateway-internal", arguments.gateway_internal);
  if (!gateway.ok()) return gateway.status();
  absl::StatusOr<std::optional<Url>> service =
      InternalUrl("--service-internal", arguments.service_internal);
  if (!service.ok()) return service.status();
  const DoctorOptions options{.url = std::move(target->url),
                              .tls = std::move(target->tls),
                              .origin = arguments.origin,
                              .token = std::move(target->token),
                              .room = arguments.room,
                              .timeout = target->timeout,
                              .gateway_internal = *std::move(gateway),
                              .service_internal = *std::move(service),
                              .gateway_log = arguments.gateway_log,
                              .service_log = arguments.service_log};
  const Report report = RunDoctor(options);
  if (context.options.json()) {
    PrintJson(report, context.out);
  } else {
    PrintText(report, context.colour, context.out);
  }
  return report.ok() ? absl::OkStatus()
                     : Fail(ExitCode::kNo, "something failed: the report says what to do");
}

}  // namespace

void AddDoctor(CommandTree& tree) {
  auto arguments = std::make_shared<Arguments>();
  Command command = tree.Add(
      {.name = "doctor",
       .summary =
           "Goes through the five steps of troubleshooting at a gateway, and says of each what "
           "was seen, what it means and what to do.",
       .example =
           "signalctl doctor ws://127.0.0.1:8765\n"
           "signalctl doctor wss://signal.example.org --token-file me.jwt --origin "
           "https://example.org \\\n"
           "  --gateway-internal http://127.0.0.1:8766 --service-internal http://127.0.0.1:50052"},
      [arguments](Context& context) { return Run(*arguments, context); });
  command.Argument("URL", &arguments->url,
                   "Of the gateway: ws://, wss://, http:// or https://; without a path it is /v1.");
  command.Option("--origin", &arguments->origin, "Connect as a page of this origin does.",
                 {.value = "ORIGIN"});
  command.Option("--room", &arguments->room,
                 "Join this room, in place of a fresh one. Who is in it sees it.",
                 {.value = "NAME"});
  command.Option("--gateway-internal", &arguments->gateway_internal, "The gateway's internal port.",
                 {.value = "URL"});
  command.Option("--service-internal", &arguments->service_internal, "The service's internal port.",
                 {.value = "URL"});
  command.Option("--gateway-log", &arguments->gateway_log,
                 "The gateway's log; its last MiB is read.", {.is_file = true});
  command.Option("--service-log", &arguments->service_log, "The service's log, likewise.",
                 {.is_file = true});
}

}  // namespace signaling::ctl
