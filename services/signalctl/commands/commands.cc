#include "services/signalctl/commands/commands.h"

namespace signaling::ctl {

void AddCommands(CommandTree& tree) {
  AddCall(tree);
  AddDoctor(tree);
  AddLoad(tree);
  AddVersion(tree);
}

}  // namespace signaling::ctl
