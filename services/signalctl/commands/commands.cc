#include "services/signalctl/commands/commands.h"

namespace signaling::ctl {

void AddCommands(CommandTree& tree) {
  tree.Group("rooms", "Lists, shows, makes, changes and ends rooms.");
  AddRoomsList(tree);
  AddRoomsGet(tree);
  AddRoomsCreate(tree);
  AddRoomsUpdate(tree);
  AddRoomsDelete(tree);
  tree.Group("participants", "Lists who is in a room, and removes them.");
  AddParticipantsList(tree);
  AddParticipantsKick(tree);
  tree.Group("offers", "Lists, shows and withdraws stored offers.");
  AddOffersList(tree);
  AddOffersGet(tree);
  AddOffersDelete(tree);
  tree.Group("sessions", "Lists and ends sessions.");
  AddSessionsList(tree);
  AddSessionsEnd(tree);
  AddDoctor(tree);
  AddCall(tree);
  AddLoad(tree);
  AddReady(tree);
  tree.Group("events", "Watches what happens.");
  AddEventsWatch(tree);
  AddExplain(tree);
  tree.Group("token", "Makes tokens, and says what is wrong with one.");
  AddTokenCreate(tree);
  AddTokenCheck(tree);
  AddCompletion(tree);
  AddVersion(tree);
}

}  // namespace signaling::ctl
