// The commands there are: one a file.
#pragma once

#include "services/signalctl/command_tree.h"

namespace signaling::ctl {

// All of them, in the order in which the help lists them.
void AddCommands(CommandTree& tree);

void AddCall(CommandTree& tree);
void AddDoctor(CommandTree& tree);
void AddLoad(CommandTree& tree);
void AddVersion(CommandTree& tree);

}  // namespace signaling::ctl
