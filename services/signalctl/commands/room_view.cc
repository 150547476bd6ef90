#include "services/signalctl/commands/room_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/signalctl/human.h"
#include "services/signalctl/json.h"
#include "services/signalctl/table.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;

}  // namespace

std::string RulesOf(const v1::RoomOptions& options) {
  std::vector<std::string> rules;
  if (options.locked()) rules.emplace_back("locked");
  if (options.knock()) rules.emplace_back("knock");
  if (options.has_allowed() && options.allowed().client_ids_size() > 0) {
    rules.emplace_back("by list");
  }
  if (options.media() == v1::MEDIA_AUDIO) rules.emplace_back("audio only");
  if (options.relay_only()) rules.emplace_back("relay only");
  return absl::StrJoin(rules, ", ");
}

void PrintRoom(Context& context, const v1::Room& room) {
  if (context.options.json()) return PrintJson(context.out, room);
  Sheet sheet;
  sheet.Add("room", room.name());
  sheet.Add("participants",
            absl::StrCat(room.participant_count(), " of ", room.options().max_participants()));
  sheet.Add("rules", RulesOf(room.options()));
  sheet.Add("allowed", absl::StrJoin(room.options().allowed().client_ids(), ", "));
  sheet.Add("knocking", absl::StrJoin(room.knocking(), ", "));
  sheet.Add("created", HumanTime(room.create_time(), absl::Now()));
  sheet.Add("kept", room.persistent() ? "30 days after the last one left" : "");
  sheet.Print(context.out);
}

bool RoomRules::Any() const {
  return max_participants || !media.empty() || relay_only || knock || locked || !allow.empty();
}

v1::RoomOptions RoomRules::ToProto() const {
  v1::RoomOptions options;
  if (max_participants) options.set_max_participants(*max_participants);
  if (media == "audio") options.set_media(v1::MEDIA_AUDIO);
  if (media == "any") options.set_media(v1::MEDIA_ANY);
  if (relay_only) options.set_relay_only(*relay_only);
  if (knock) options.set_knock(*knock);
  if (locked) options.set_locked(*locked);
  for (const std::string& client : allow) options.mutable_allowed()->add_client_ids(client);
  return options;
}

void AddRoomRules(Command& command, RoomRules* rules) {
  command.Option("--max-participants", &rules->max_participants, "How many it takes.");
  command.Option("--media", &rules->media, "What may be said in it.", {.words = {"any", "audio"}});
  command.Switch("--relay-only", &rules->relay_only,
                 "Its participants never learn each other's addresses.");
  command.Switch("--knock", &rules->knock, "A moderator lets others in.");
  command.Switch("--locked", &rules->locked, "Nobody comes in.");
  command.Option("--allow", &rules->allow, "Only these clients may come in, or need not knock.",
                 {.split = true, .value = "CLIENT,.."});
}

}  // namespace signaling::ctl
