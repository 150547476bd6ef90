// What makes a call that changes something safe to send again (rooms.proto).
#pragma once

#include <string>

namespace signaling::ctl {

// A random UUID (RFC 4122, section 4.4).
std::string NewRequestId();

}  // namespace signaling::ctl
