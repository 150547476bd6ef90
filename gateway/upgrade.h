// Reads what an upgrade request says about the session that it wants. A refusal is told after the upgrade: a browser
// cannot see an HTTP refusal.
#pragma once

#include "gateway/config.h"
#include "gateway/net.h"
#include "gateway/ws/opening.h"

namespace signaling::gateway {

// Leaves the socket's place, address and time to the caller.
Upgrade ReadUpgrade(const HttpRequest& request, const Config& config);

}  // namespace signaling::gateway
