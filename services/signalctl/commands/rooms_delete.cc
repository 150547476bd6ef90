#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/request_id.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::DeleteRoomRequest& request, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  if (context.options.json()) {
    PrintJson(context.out, *response);
  } else {
    context.out << "ended room " << Printable(request.room()) << " and "
                << response->ended_sessions()
                << (response->ended_sessions() == 1 ? " session" : " sessions") << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddRoomsDelete(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::DeleteRoomRequest>();
  request->set_request_id(NewRequestId());
  Command command =
      tree.Add({.name = "rooms delete",
                .summary = "Ends a room and the sessions of all who are in it, without asking.",
                .example = "signalctl rooms delete interview --reason 'thank you'",
                .columns = "What was ended. With -o json: {\"ended_sessions\": N}."},
               [request](Context& context) { return Run(*request, context); });
  command.Argument("ROOM", request->mutable_room(), "The room's name.");
  command.Option("--reason", request->mutable_reason(), "What its participants are told.");
  AddRequestId(command, request->mutable_request_id());
}

}  // namespace signaling::ctl
