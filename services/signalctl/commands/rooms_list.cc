#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/room_view.h"
#include "services/signalctl/context.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/paging.h"

namespace signaling::ctl {
namespace {

absl::Status Run(std::uint32_t limit, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto rooms = ListAll(**office, signaling::v1::ListRoomsRequest(), limit,
                             &signaling::v1::ListRoomsResponse::mutable_rooms);
  if (!rooms.ok()) return rooms.status();
  if (context.options.json()) {
    PrintJsonArray(context.out, *rooms);
    return absl::OkStatus();
  }
  const absl::Time now = absl::Now();
  Table table({"ROOM", "PEOPLE", "KNOCKING", "CREATED", "RULES"});
  for (const auto& room : *rooms) {
    table.Add({room.name(),
               absl::StrCat(room.participant_count(), "/", room.options().max_participants()),
               absl::StrCat(room.knocking_size()), HumanTime(room.create_time(), now),
               RulesOf(room.options())});
  }
  context.PrintList(table, "rooms");
  return absl::OkStatus();
}

}  // namespace

void AddRoomsList(CommandTree& tree) {
  auto limit = std::make_shared<std::uint32_t>(0);
  Command command = tree.Add(
      {.name = "rooms list",
       .summary = "Lists the rooms by name.",
       .example =
           "signalctl rooms list -o json | jq -r '.[] | select(.participant_count == 0).name'",
       .columns =
           "PEOPLE: participants, and how many it takes. KNOCKING: how many wait to be let in.\n"
           "RULES: locked (nobody comes in), knock (a moderator lets in), by list (only some may "
           "come),\n"
           "audio only, relay only. With -o json: an array of Room, as in "
           "proto/signaling/v1/rooms.proto."},
      [limit](Context& context) { return Run(*limit, context); });
  command.Option("--limit", limit.get(), "At most so many; 0, the default, is all.");
}

}  // namespace signaling::ctl
