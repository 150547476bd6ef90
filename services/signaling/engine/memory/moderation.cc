#include "services/signaling/engine/memory/moderation.h"

#include <utility>
#include <vector>

#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

absl::Duration BanOf(const v1::Kick& kick) {
  if (!kick.has_ban()) return kDefaultBan;
  return FromProto(kick.ban()).value_or(kDefaultBan);
}

}  // namespace

void Moderation::Execute(Session* session, const v1::UpFrame& frame) {
  const absl::Status status = Command(session, frame.moderate());
  if (!status.ok()) delivery_.Refuse(session, frame.id(), status);
}

absl::Status Moderation::Command(Session* session, const v1::Moderate& moderate) {
  Room* room = session->room;
  if (room == nullptr) return Refusal(Reason::kNotInRoom, "join a room first");
  if (!room->IsModeratedBy(*session)) {
    return Refusal(Reason::kPermissionDenied, "not a moderator of this room");
  }
  switch (moderate.command_case()) {
    case v1::Moderate::kKick: {
      const v1::Kick& kick = moderate.kick();
      if (kick.client_id() == session->client_id) {
        return Refusal(Reason::kPermissionDenied, "leave, to go oneself");
      }
      if (room->Find(kick.client_id()) == nullptr &&
          room->FindKnocking(kick.client_id()) == nullptr) {
        return Refusal(Reason::kPeerUnavailable, "nobody here has this client_id");
      }
      Remove(room->name(), kick.client_id(), BanOf(kick), kick.reason());
      return absl::OkStatus();
    }
    case v1::Moderate::kLock:
      Lock(room, moderate.lock().locked(), session->client_id);
      return absl::OkStatus();
    case v1::Moderate::kCloseRoom:
      rooms_.Close(room, moderate.close_room().reason());
      return absl::OkStatus();
    case v1::Moderate::kAdmit: {
      Session* knocking = room->FindKnocking(moderate.admit().client_id());
      if (knocking == nullptr) {
        return Refusal(Reason::kPeerUnavailable, "nobody knocks under this client_id");
      }
      return rooms_.LetIn(knocking);
    }
    case v1::Moderate::COMMAND_NOT_SET: break;
  }
  return absl::OkStatus();
}

bool Moderation::Remove(const std::string& name, const std::string& client_id, absl::Duration ban,
                        std::string_view reason) {
  rooms_.bans().Set(name, client_id, ban);
  Room* room = rooms_.Find(name);
  if (room == nullptr) return false;
  Session* knocking = room->FindKnocking(client_id);
  if (knocking != nullptr) rooms_.Dismiss(knocking, reason.empty() ? "not admitted" : reason);
  Session* session = room->Find(client_id);
  if (session == nullptr) return knocking != nullptr;
  delivery_.End(session, v1::LEAVE_REASON_KICKED, MakeClosed(Reason::kKicked, reason));
  rooms_.FreeSeat(session, v1::LEAVE_REASON_KICKED);
  return true;
}

absl::Status Moderation::Update(Room* room, const v1::RoomOptions& options) {
  v1::RoomOptions before = ToProto(room->settings());
  if (absl::Status status =
          Apply(options, Authority::kBackOffice, options_.max_participants, &room->settings());
      !status.ok()) {
    return status;
  }
  const v1::RoomOptions now = ToProto(room->settings());
  if (now.locked() != before.locked()) Lock(room, now.locked(), "");
  before.set_locked(now.locked());
  if (now.SerializeAsString() != before.SerializeAsString()) {
    delivery_.Tell(*room, nullptr, [&](const Session&, v1::RoomEvent* event) {
      *event->mutable_room_updated()->mutable_options() = now;
    });
  }
  rooms_.Reconsider(room);
  return absl::OkStatus();
}

void Moderation::Lock(Room* room, bool locked, const std::string& by) {
  room->settings().locked = locked;
  delivery_.Tell(*room, nullptr, [&](const Session&, v1::RoomEvent* event) {
    event->mutable_room_locked()->set_locked(locked);
    event->mutable_room_locked()->set_client_id(by);
  });
}

}  // namespace signaling
