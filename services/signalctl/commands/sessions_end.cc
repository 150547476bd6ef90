#include "services/signalctl/commands/act.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/request_id.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::EndSessionRequest& request, Context& context) {
  return Act(context, request, [&](const signaling::v1::EndSessionResponse& /*response*/) {
    context.out << "ended session " << Printable(request.name()) << "\n";
  });
}

}  // namespace

void AddSessionsEnd(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::EndSessionRequest>();
  request->set_request_id(NewRequestId());
  Command command = tree.Add({.name = "sessions end",
                              .summary = "Ends a session, without asking and without a ban.",
                              .example = "signalctl sessions end 3f1c9d0e7a52 --reason maintenance",
                              .columns = "What was done. With -o json: {}."},
                             [request](Context& context) { return Run(*request, context); });
  command.Argument("SESSION", request->mutable_name(), "Its name, as `sessions list` shows it.");
  command.Option("--reason", request->mutable_reason(), "What its client is told.");
  AddRequestId(command, request->mutable_request_id());
}

}  // namespace signaling::ctl
