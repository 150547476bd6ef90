// The commands there are: one a file, which has what it needs to be added.
#pragma once

#include <string>

#include "services/signalctl/command_tree.h"

namespace signaling::ctl {

// All of them, in the order in which the help lists them.
void AddCommands(CommandTree& tree);

void AddTokenCreate(CommandTree& tree);
void AddTokenCheck(CommandTree& tree);
void AddRoomsList(CommandTree& tree);
void AddRoomsGet(CommandTree& tree);
void AddRoomsCreate(CommandTree& tree);
void AddRoomsUpdate(CommandTree& tree);
void AddRoomsDelete(CommandTree& tree);
void AddParticipantsList(CommandTree& tree);
void AddParticipantsKick(CommandTree& tree);
void AddOffersList(CommandTree& tree);
void AddOffersGet(CommandTree& tree);
void AddOffersDelete(CommandTree& tree);
void AddSessionsList(CommandTree& tree);
void AddSessionsEnd(CommandTree& tree);
void AddDoctor(CommandTree& tree);
void AddCall(CommandTree& tree);
void AddLoad(CommandTree& tree);
void AddReady(CommandTree& tree);
void AddEventsWatch(CommandTree& tree);
void AddExplain(CommandTree& tree);
void AddCompletion(CommandTree& tree);
void AddVersion(CommandTree& tree);

// What every command has that changes something. `value` holds a new one before.
inline void AddRequestId(Command& command, std::string* value) {
  command.Option("--request-id", value,
                 "The same UUID again, within 5 min, does nothing twice. Not given: a new one.",
                 {.value = "UUID"});
}

}  // namespace signaling::ctl
