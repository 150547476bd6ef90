#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/office.h"
#include "services/signalctl/paging.h"

namespace signaling::ctl {
namespace {

struct Options {
  signaling::v1::ListSessionsRequest request;
  std::uint32_t limit = 0;
};

std::string Path(signaling::v1::SessionPath path) {
  return path == signaling::v1::SESSION_PATH_V1 ? "/v1" : "/";
}

absl::Status Run(const Options& options, Context& context) {
  auto office = Office::Open(context);
  if (!office.ok()) return office.status();
  const auto sessions = ListAll(**office, options.request, options.limit,
                                &signaling::v1::ListSessionsResponse::mutable_sessions);
  if (!sessions.ok()) return sessions.status();
  if (context.options.json()) {
    PrintJsonArray(context.out, *sessions);
    return absl::OkStatus();
  }
  const absl::Time now = absl::Now();
  Table table(
      {"SESSION", "CLIENT", "ROOM", "STATE", "PATH", "OPENED", "PING", "QUEUED", "ADDRESS"});
  for (const auto& session : *sessions) {
    table.Add({session.name(), session.client_id(), session.room(),
               EnumWord(signaling::v1::SessionState_Name(session.state()), "SESSION_STATE_"),
               Path(session.path()), HumanTime(session.create_time(), now),
               session.has_round_trip() ? HumanDuration(ToDuration(session.round_trip())) : "",
               absl::StrCat(session.queued_events(), " (", HumanBytes(session.queued_bytes()), ")"),
               session.remote_address()});
  }
  context.PrintList(table, "sessions");
  return absl::OkStatus();
}

}  // namespace

void AddSessionsList(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command = tree.Add(
      {.name = "sessions list",
       .summary = "Lists the sessions, also those in no room, oldest first.",
       .example = "signalctl sessions list --room lobby",
       .columns = "SESSION: its name for `sessions end` and `explain`, not the client's secret. "
                  "STATE: detached waits\n"
                  "for its client to come back. PING: the last round trip between gateway and "
                  "client. QUEUED: events\n"
                  "that the client has not acknowledged; 256, or 256 KiB, end the session.\n"
                  "With -o json: an array of Session, as in proto/signaling/v1/rooms.proto."},
      [options](Context& context) { return Run(*options, context); });
  command.Option("--room", options->request.mutable_room(), "Only those with a seat in this room.",
                 {.value = "ROOM"});
  command.Option("--client", options->request.mutable_client_id(), "Only those of this client.",
                 {.value = "CLIENT"});
  command.Option("--limit", &options->limit, "At most so many; 0, the default, is all.");
}

}  // namespace signaling::ctl
