// A session's identity gives way to a newer one.
#pragma once

#include "absl/status/status.h"
#include "services/signaling/core/identity.h"
#include "services/signaling/engine/memory/rooms.h"

namespace signaling {

// What follows from it in the session's room is told there. Refused (core/access.h, MayContinue; or INVALID_MESSAGE of its
// metadata), the session keeps what it has.
absl::Status Renew(Session* session, const Identity& identity, Rooms& rooms);

}  // namespace signaling
