// Completion scripts for shells, made of the command tree: they ask neither signalctl nor a service.
#pragma once

#include <string>

#include "services/signalctl/command_tree.h"

namespace signaling::ctl {

std::string BashCompletion(const Node& root);
std::string ZshCompletion(const Node& root);
std::string FishCompletion(const Node& root);

}  // namespace signaling::ctl
