#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/room_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/office.h"
#include "services/signalctl/request_id.h"

namespace signaling::ctl {
namespace {

struct Options {
  std::string room;
  RoomRules rules;
  bool persistent = false;
  std::string request_id = NewRequestId();
};

absl::Status Run(const Options& options, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  signaling::v1::CreateRoomRequest request;
  request.set_room(options.room);
  *request.mutable_options() = options.rules.ToProto();
  request.set_persistent(options.persistent);
  request.set_request_id(options.request_id);
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  PrintRoom(context, response->room());
  return absl::OkStatus();
}

}  // namespace

void AddRoomsCreate(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command =
      tree.Add({.name = "rooms create",
                .summary = "Makes a room before anybody joins it, and shows it.",
                .example = "signalctl rooms create interview --max-participants 2 --allow ann,bob "
                           "--media audio --persistent",
                .columns = "With -o json: a Room, as in proto/signaling/v1/rooms.proto."},
               [options](Context& context) { return Run(*options, context); });
  command.Argument("ROOM", &options->room, "Its name. Not given: the service makes one up.", {});
  AddRoomRules(command, &options->rules);
  command.Switch("--persistent", &options->persistent,
                 "It stays for 30 days without participants, instead of a minute.");
  AddRequestId(command, &options->request_id);
}

}  // namespace signaling::ctl
