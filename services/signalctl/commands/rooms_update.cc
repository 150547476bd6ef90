#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/room_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/office.h"
#include "services/signalctl/request_id.h"

namespace signaling::ctl {
namespace {

struct Options {
  std::string room;
  RoomRules rules;
  bool allow_all = false;
  std::string request_id = NewRequestId();
};

absl::Status Run(const Options& options, Context& context) {
  if (options.allow_all && !options.rules.allow.empty()) {
    return Fail(ExitCode::kUsage, "--allow and --allow-all exclude each other");
  }
  if (!options.allow_all && !options.rules.Any()) {
    return Fail(
        ExitCode::kUsage,
        "there is nothing to change: say what, as --locked; see signalctl rooms update --help");
  }
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  signaling::v1::UpdateRoomRequest request;
  request.set_room(options.room);
  *request.mutable_options() = options.rules.ToProto();
  if (options.allow_all) request.mutable_options()->mutable_allowed();
  request.set_request_id(options.request_id);
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  PrintRoom(context, response->room());
  return absl::OkStatus();
}

}  // namespace

void AddRoomsUpdate(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command =
      tree.Add({.name = "rooms update",
                .summary = "Changes what holds in a room from now on, and shows it.",
                .example = "signalctl rooms update interview --no-locked --allow-all",
                .columns = "With -o json: a Room, as in proto/signaling/v1/rooms.proto."},
               [options](Context& context) { return Run(*options, context); });
  command.Argument("ROOM", &options->room, "The room's name.");
  AddRoomRules(command, &options->rules);
  command.Switch("--allow-all", &options->allow_all,
                 "There is no list of who may come in any more.");
  AddRequestId(command, &options->request_id);
}

}  // namespace signaling::ctl
