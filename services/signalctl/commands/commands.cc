#include "services/signalctl/commands/commands.h"

namespace signaling::ctl {

void AddCommands(CommandTree& tree) { AddVersion(tree); }

}  // namespace signaling::ctl
