// The seats of one room, in the order of their joins, and who waits in front of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/engine/memory/deadlines.h"
#include "services/signaling/engine/memory/room_settings.h"
#include "services/signaling/engine/memory/session.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling {

// Not thread-safe; owned by Rooms, sees sessions that it does not own.
class Room {
 public:
  Room(std::string name, RoomSettings settings, Authority maker, bool persistent, absl::Time now)
      : name_(std::move(name)),
        maker_(maker),
        persistent_(persistent),
        created_(now),
        settings_(std::move(settings)) {}

  const std::string& name() const { return name_; }
  bool persistent() const { return persistent_; }
  bool made_by_back_office() const { return maker_ == Authority::kBackOffice; }
  RoomSettings& settings() { return settings_; }
  const RoomSettings& settings() const { return settings_; }
  const std::vector<Session*>& participants() const { return participants_; }
  const std::vector<Session*>& knocking() const { return knocking_; }
  bool full() const { return participants_.size() >= settings_.max_participants; }
  bool empty() const { return participants_.empty(); }

  // Of its participants. None: only a back end is.
  std::vector<Session*> moderators() const;
  bool IsModeratedBy(const Session& participant) const;

  // Null: nobody has this client_id.
  Session* Find(std::string_view client_id) const;
  Session* FindKnocking(std::string_view client_id) const;

  void Add(Session* session, std::uint64_t join_order, absl::Time now);

  // Frees the seat; nobody's last peer is this session any more.
  void Remove(Session* session);

  void AddKnocking(Session* session, std::uint64_t id);
  void RemoveKnocking(Session* session);

  // The room as `receiver` sees it: everybody else.
  signaling::v1::Joined ViewOf(const Session& receiver) const;
  // As a back end sees it.
  signaling::v1::Room ToProto() const;

  Due due;  // of an empty room: its end

 private:
  // Constant after construction.
  const std::string name_;
  const Authority maker_;
  const bool persistent_;
  const absl::Time created_;

  RoomSettings settings_;
  std::vector<Session*> participants_;
  std::vector<Session*> knocking_;
};

// `participant` as `receiver` sees it; as a back end sees it where there is none.
signaling::v1::Participant ParticipantView(const Session& participant, const Session* receiver);

// An offer or answer went from one to the other.
void Meet(Session* a, Session* b);

}  // namespace signaling
