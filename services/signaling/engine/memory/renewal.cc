#include "services/signaling/engine/memory/renewal.h"

#include <utility>

#include "services/signaling/core/access.h"

namespace signaling {

absl::Status Renew(Session* session, const Identity& identity, Rooms& rooms) {
  Room* room = session->room;
  // Who knocks is not asked again when it is let in.
  const Room* place = room != nullptr ? room : session->knocking;
  if (absl::Status status =
          MayContinue(session->identity, identity, place == nullptr ? "" : place->name());
      !status.ok()) {
    return status;
  }
  Metadata metadata = session->metadata;
  // What the token before vouched for and this one does not is nobody's word any more.
  for (const auto& [key, value] : session->identity.metadata) metadata.erase(key);
  if (absl::Status status = AddMetadata(identity, &metadata); !status.ok()) return status;

  const bool moderated = room != nullptr && room->IsModeratedBy(*session);
  const bool told = identity.metadata == session->identity.metadata;
  session->identity = identity;
  session->metadata.swap(metadata);
  if (!told) rooms.TellUpdated(session, session->client_id);
  if (room != nullptr && !moderated && room->IsModeratedBy(*session)) rooms.TellKnocking(session);
  return absl::OkStatus();
}

}  // namespace signaling
