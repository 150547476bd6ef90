// Rooms as they are shown, and what holds in them as it is said on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/signalctl/command_tree.h"
#include "services/signalctl/context.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling::ctl {

// "locked, knock, by list"; empty where everybody may come in and say anything.
std::string RulesOf(const signaling::v1::RoomOptions& options);

void PrintRoom(Context& context, const signaling::v1::Room& room);

// What is not given is not set.
struct RoomRules {
  std::optional<std::uint32_t> max_participants;
  std::string media;
  std::optional<bool> relay_only;
  std::optional<bool> knock;
  std::optional<bool> locked;
  std::vector<std::string> allow;

  bool Any() const;
  signaling::v1::RoomOptions ToProto() const;
};

void AddRoomRules(Command& command, RoomRules* rules);

}  // namespace signaling::ctl
