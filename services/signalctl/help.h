// What --help prints.
#pragma once

#include <string>

#include "services/signalctl/command_tree.h"

namespace signaling::ctl {

std::string Help(const Node& node, const Node& root);

}  // namespace signaling::ctl
