#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/commands/metadata.h"
#include "services/signalctl/context.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"

namespace signaling::ctl {
namespace {

absl::Status Run(const signaling::v1::ListParticipantsRequest& request, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto response = (*office)->Call(request);
  if (!response.ok()) return response.status();
  if (context.options.json()) {
    PrintJsonArray(context.out, response->participants());
    return absl::OkStatus();
  }
  const absl::Time now = absl::Now();
  Table table({"CLIENT", "JOINED", "CONNECTED", "METADATA"});
  for (const auto& one : response->participants()) {
    table.Add({one.client_id(), HumanTime(one.joined_time(), now), one.connected() ? "yes" : "no",
               MetadataText(one.metadata())});
  }
  context.PrintList(table, "participants");
  return absl::OkStatus();
}

}  // namespace

void AddParticipantsList(CommandTree& tree) {
  auto request = std::make_shared<signaling::v1::ListParticipantsRequest>();
  Command command = tree.Add(
      {.name = "participants list",
       .summary = "Lists who is in a room, in the order of their joins.",
       .example = "signalctl participants list lobby",
       .columns = "CONNECTED: no where its connection has been gone for over a second, and its "
                  "seat waits.\n"
                  "METADATA: what the client, or its token, says of itself.\n"
                  "With -o json: an array of Participant, as in proto/signaling/v1/room.proto."},
      [request](Context& context) { return Run(*request, context); });
  command.Argument("ROOM", request->mutable_room(), "The room's name.");
}

}  // namespace signaling::ctl
