#include "services/signalctl/commands/act.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/request_id.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::DeleteRoomRequest& request, Context& context) {
  return Act(context, request, [&](const signaling::v1::DeleteRoomResponse& response) {
    context.out << "ended room " << Printable(request.room()) << " and "
                << response.ended_sessions()
                << (response.ended_sessions() == 1 ? " session" : " sessions") << "\n";
  });
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
