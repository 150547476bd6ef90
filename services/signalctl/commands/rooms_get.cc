#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/room_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/office.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::GetRoomRequest& request, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  PrintRoom(context, response->room());
  return absl::OkStatus();
}

}  // namespace

void AddRoomsGet(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::GetRoomRequest>();
  Command command =
      tree.Add({.name = "rooms get",
                .summary = "Shows what holds in a room.",
                .example = "signalctl rooms get lobby",
                .columns = "With -o json: a Room, as in proto/signaling/v1/rooms.proto."},
               [request](Context& context) { return Run(*request, context); });
  command.Argument("ROOM", request->mutable_room(), "The room's name.");
}

}  // namespace signaling::ctl
