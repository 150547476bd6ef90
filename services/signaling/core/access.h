// Who may do what: every rule that an identity decides stands here, and nowhere else. What a room itself says (its
// allow-list, its lock, its bans) is the engine's. An open service, whose identities are nobody in particular, refuses
// nothing here. A refusal is PERMISSION_DENIED unless another reason is named, and says which grant or claim is missing.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/map.h"
#include "services/signaling/core/identity.h"

namespace signaling {

// Grant `join`, and the room among `rooms`.
absl::Status MayJoin(const Identity& who, std::string_view room);
// Grant `create`: a room by joining it, and its options. ROOM_NOT_FOUND.
absl::Status MayCreateRoom(const Identity& who);
// Grant `offer`: to store offers, and to take those of others.
absl::Status MayOffer(const Identity& who);
// Grant `moderate`, in the room that one is in; such a one need not knock there. Without authentication the one who has
// been longest in a room that a join created.
bool Moderates(const Identity& who, bool longest_in_room);
// Grant `admin`: RoomService.
absl::Status MayAdminister(const Identity& who);
// Grant `gateway`: Multiplex, and so to speak for clients.
absl::Status MayMultiplex(const Identity& who);

// The newest session of a client takes its seat. Without authentication a client_id is only a name, and who has it is
// asked first.
inline bool ReplacesNamesakes(const Identity& who) { return who.authenticated; }

// The name that a session gets which wants `wanted` (empty: any). CLIENT_ID_MISMATCH.
absl::Status MayBeCalled(const Identity& who, std::string_view wanted);

// The room of a client that names none: the only one that the token names, else `fallback`.
std::string DefaultRoom(const Identity& who, const std::string& fallback);

// A newer identity of the same client may take the place of `before` in `room` (empty: in none). UNAUTHENTICATED: of
// another client; PERMISSION_DENIED: it does not allow the room.
absl::Status MayContinue(const Identity& before, const Identity& now, std::string_view room);

using Metadata = google::protobuf::Map<std::string, std::string>;
// Puts what the token says over what the client says. INVALID_MESSAGE: together they are over the limit.
absl::Status AddMetadata(const Identity& who, Metadata* metadata);

}  // namespace signaling
