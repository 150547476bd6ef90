#include <optional>

#include "services/signalctl/commands/act.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/human.h"
#include "services/signalctl/request_id.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

struct Options {
  signaling::v1::RemoveParticipantRequest request;
  absl::Duration ban = absl::Minutes(5);  // the service's own default
};

absl::Status Run(Options& options, Context& context) {
  signaling::v1::RemoveParticipantRequest& request = options.request;
  request.mutable_ban()->set_seconds(absl::ToInt64Seconds(options.ban));
  request.mutable_ban()->set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(options.ban % absl::Seconds(1))));
  return Act(context, request, [&](const signaling::v1::RemoveParticipantResponse& response) {
    const std::string who = Printable(request.client_id());
    const std::string room = Printable(request.room());
    context.out << (response.removed() ? "removed " + who + " from " + room
                                       : who + " was not in " + room);
    if (options.ban > absl::ZeroDuration()) {
      context.out << "; it stays out for " << HumanDuration(options.ban);
    } else {
      context.out << "; it may come in";
    }
    context.out << "\n";
  });
}

}  // namespace

void AddParticipantsKick(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  options->request.set_request_id(NewRequestId());
  Command command = tree.Add(
      {.name = "participants kick",
       .summary = "Removes somebody from a room, without asking, and keeps them out for a while.",
       .example = "signalctl participants kick lobby bob --ban 1h --reason 'be kind'",
       .columns = "What was done. With -o json: {\"removed\": true or false}.\n"
                  "Who is not there is kept out all the same; --ban 0s lifts an earlier ban."},
      [options](Context& context) { return Run(*options, context); });
  command.Argument("ROOM", options->request.mutable_room(), "The room's name.");
  command.Argument("CLIENT", options->request.mutable_client_id(), "Who has to go.");
  command.Option("--ban", &options->ban, "How long it stays out (5m), 0s to 24h.");
  command.Option("--reason", options->request.mutable_reason(), "What the one who goes is told.");
  AddRequestId(command, options->request.mutable_request_id());
}

}  // namespace signaling::ctl
