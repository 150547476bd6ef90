#include "services/signaling/engine/memory/rooms.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/signaling/core/access.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// In front of one door: enough for any waiting room, and a bound.
constexpr std::size_t kMaxKnocking = 20;

// That joins made, each kept for a while with all its options. Over it, the one that has been empty longest ends.
constexpr std::size_t kMaxEmptyRooms = 10'000;

}  // namespace

Room* Rooms::Find(const std::string& name) const {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

absl::StatusOr<Room*> Rooms::Create(const std::string& name, const v1::RoomOptions& options,
                                    Authority maker, bool persistent) {
  if (rooms_.contains(name)) {
    return Refusal(Reason::kRoomExists, "a room of this name exists", "room");
  }
  RoomSettings settings;
  settings.max_participants = options_.max_participants;
  settings.media = {options_.audio_only, options_.relay_only};
  if (absl::Status status = Apply(options, maker, options_.max_participants, &settings);
      !status.ok()) {
    return status;
  }
  auto made = std::make_unique<Room>(name, std::move(settings), maker, persistent, clock_.Now());
  Room* room = made.get();
  rooms_.emplace(name, std::move(made));
  v1::Event event;
  event.mutable_room_opened()->set_room(name);
  log_.Append(std::move(event));
  SetEnd(room);
  return room;
}

Rooms::Admission Rooms::Admit(const Session& session, const std::string& name) const {
  Admission admission;
  if (bans_.Has(name, session.client_id)) {
    admission.refusal = Refusal(Reason::kBanned, "removed from this room, and the ban is not over");
    return admission;
  }
  admission.refusal = MayJoin(session.identity, name);
  const Room* room = Find(name);
  if (admission.refusal.ok() && room == nullptr)
    admission.refusal = MayCreateRoom(session.identity);
  if (!admission.refusal.ok() || room == nullptr) return admission;
  // Before all else: who has the seat is asked whether it is still there, and if not, the newcomer takes its place.
  admission.rival = room->Find(session.client_id);
  if (admission.rival != nullptr || session.replaces) return admission;
  const RoomSettings& settings = room->settings();
  // Who may let others in has nobody to wait for.
  const bool listed = IsAllowed(settings, session.client_id) || Moderates(session.identity, false);
  // In a room that a join made, whoever comes first is let in; without tokens it can admit the others.
  const bool somebody_admits = room->made_by_back_office() || !room->empty();
  if (settings.knock && somebody_admits && (settings.locked || !listed)) {
    admission.must_knock = true;
  } else if (settings.locked) {
    admission.refusal = Refusal(Reason::kRoomLocked, "the room lets nobody in at present");
  } else if (!settings.allowed.empty() && !listed) {
    admission.refusal = Refusal(Reason::kPermissionDenied, "not on the room's allow-list");
  }
  return admission;
}

absl::StatusOr<Room*> Rooms::TakeSeat(Session* session, const std::string& name,
                                      const v1::RoomOptions& options) {
  Room* room = Find(name);
  if (room == nullptr) {
    absl::StatusOr<Room*> made = Create(name, options, Authority::kParticipant, false);
    if (!made.ok()) return made.status();
    room = *made;
  }
  if (room->full()) return Refusal(Reason::kRoomFull, "the room is full");
  DeadlinesOf(*room).Clear(room);
  room->Add(session, ++last_join_order_, clock_.Now());
  ++participants_;
  return room;
}

void Rooms::DismissNamesake(const Session& participant) {
  Session* namesake = participant.room->FindKnocking(participant.client_id);
  if (namesake != nullptr) Dismiss(namesake, "a participant has this client_id now");
}

void Rooms::Announce(Session* newcomer) {
  Room* room = newcomer->room;
  chronicle_.Note(newcomer, {.kind = v1::STEP_KIND_JOINED, .room = room->name()});
  DismissNamesake(*newcomer);
  delivery_.Tell(*room, newcomer, [&](const Session& other, v1::RoomEvent* event) {
    *event->mutable_participant_joined()->mutable_participant() =
        ParticipantView(*newcomer, &other);
  });
  LogEntered(*newcomer);
  if (room->IsModeratedBy(*newcomer)) TellKnocking(newcomer);
  kept_.HandTo(newcomer);
}

void Rooms::LogEntered(const Session& participant) {
  v1::Event event;
  event.mutable_participant_entered()->set_room(participant.room->name());
  event.mutable_participant_entered()->set_client_id(participant.client_id);
  log_.Append(std::move(event));
}

void Rooms::LogGone(const Room& room, const std::string& client_id, v1::LeaveReason reason) {
  v1::Event event;
  event.mutable_participant_gone()->set_room(room.name());
  event.mutable_participant_gone()->set_client_id(client_id);
  event.mutable_participant_gone()->set_reason(reason);
  log_.Append(std::move(event));
}

void Rooms::FreeSeat(Session* session, v1::LeaveReason reason) {
  Room* room = session->room;
  if (room == nullptr) return;
  const std::vector<Session*> before = room->moderators();
  kept_.LeftRoom(session);
  setups_.Left(session);
  chronicle_.Note(session, {.kind = v1::STEP_KIND_LEFT, .room = room->name()});
  session->last_room = room->name();
  room->Remove(session);
  --participants_;
  delivery_.Tell(*room, session, [&](const Session&, v1::RoomEvent* event) {
    event->mutable_participant_left()->set_client_id(session->client_id);
    event->mutable_participant_left()->set_reason(reason);
  });
  LogGone(*room, session->client_id, reason);
  SetEnd(room);
  changed_.push_back(room->name());
  if (room->empty()) return;
  for (Session* moderator : room->moderators()) {
    if (std::find(before.begin(), before.end(), moderator) == before.end()) TellKnocking(moderator);
  }
}

absl::Status Rooms::Knock(Session* session, Room* room, std::uint64_t id) {
  if (room->knocking().size() >= kMaxKnocking) {
    return Refusal(Reason::kRoomFull, "as many knock already as may");
  }
  if (Session* other = room->FindKnocking(session->client_id); other != nullptr) {
    if (!ReplacesNamesakes(session->identity)) {
      return Refusal(Reason::kClientIdTaken, "another session knocks under this client_id");
    }
    Dismiss(other, "a newer session of this client knocks");
  }
  room->AddKnocking(session, id);
  chronicle_.Note(session, {.kind = v1::STEP_KIND_KNOCKED, .room = room->name()});
  v1::DownFrame waiting;
  waiting.mutable_room()->mutable_knock();
  delivery_.Answer(session, id, std::move(waiting));
  for (Session* moderator : room->moderators()) TellKnock(*session, moderator);
  return absl::OkStatus();
}

void Rooms::TellKnocking(Session* moderator) {
  for (const Session* knocking : moderator->room->knocking()) TellKnock(*knocking, moderator);
}

void Rooms::TellKnock(const Session& knocking, Session* moderator) {
  v1::DownFrame event;
  event.mutable_room()->mutable_knock()->set_client_id(knocking.client_id);
  delivery_.Send(moderator, std::move(event));
}

absl::Status Rooms::LetIn(Session* knocking) {
  const Room* room = knocking->knocking;
  if (room->Find(knocking->client_id) != nullptr) {
    return Refusal(Reason::kClientIdTaken, "a participant has this client_id");
  }
  if (absl::StatusOr<Room*> seat = TakeSeat(knocking, room->name(), {}); !seat.ok()) {
    return seat.status();
  }
  StopKnocking(knocking);
  v1::DownFrame joined;
  *joined.mutable_room()->mutable_joined() = room->ViewOf(*knocking);
  delivery_.Answer(knocking, knocking->knock_id, std::move(joined));
  Announce(knocking);
  return absl::OkStatus();
}

void Rooms::Dismiss(Session* knocking, std::string_view message) {
  StopKnocking(knocking);
  delivery_.Refuse(knocking, knocking->knock_id, Reason::kPermissionDenied, message);
}

void Rooms::StopKnocking(Session* session) {
  if (session->knocking != nullptr) session->knocking->RemoveKnocking(session);
}

void Rooms::TellUpdated(Session* session, const std::string& before) {
  if (session->room == nullptr) return;
  delivery_.Tell(*session->room, session, [&](const Session& other, v1::RoomEvent* event) {
    event->mutable_participant_updated()->set_client_id(before);
    *event->mutable_participant_updated()->mutable_participant() =
        ParticipantView(*session, &other);
  });
  if (before == session->client_id) return;
  DismissNamesake(*session);
  // To watchers, who know participants by their client_ids, one goes and another comes.
  LogGone(*session->room, before, v1::LEAVE_REASON_REPLACED);
  LogEntered(*session);
}

std::size_t Rooms::Close(Room* room, std::string_view reason) {
  const std::vector<Session*> participants = room->participants();
  // First the ends, so that nobody is told of the others, or ends for what it is told.
  for (Session* session : participants) {
    delivery_.End(session, v1::LEAVE_REASON_CLOSED, MakeClosed(Reason::kRoomClosed, reason));
  }
  for (Session* session : participants) FreeSeat(session, v1::LEAVE_REASON_CLOSED);
  Remove(room);
  return participants.size();
}

void Rooms::Expire() {
  bans_.Expire();
  for (Deadlines<Room>* ends : {&ends_of_joined_, &ends_of_made_}) {
    while (Room* room = ends->Next(clock_.Uptime())) Remove(room);
  }
}

void Rooms::SetEnd(Room* room) {
  if (!room->empty()) return;
  const absl::Duration timeout =
      room->persistent() ? options_.persistent_room_timeout : options_.room_empty_timeout;
  DeadlinesOf(*room).Set(room, clock_.Uptime() + timeout);
  if (ends_of_joined_.size() > kMaxEmptyRooms) {
    Remove(ends_of_joined_.Next(absl::InfiniteDuration()));
  }
}

Deadlines<Room>& Rooms::DeadlinesOf(const Room& room) {
  return room.made_by_back_office() ? ends_of_made_ : ends_of_joined_;
}

void Rooms::Settle() {
  for (const std::string& name : std::exchange(changed_, {})) {
    Room* room = Find(name);
    if (room == nullptr) continue;
    if (room->empty() && !room->made_by_back_office()) {
      // Nobody is left who could let anybody in.
      room->settings().locked = false;
      const std::vector<Session*> knocking = room->knocking();
      for (Session* session : knocking) Dismiss(session, "everybody has left the room");
    }
    Reconsider(room);
  }
}

void Rooms::Reconsider(Room* room) {
  const std::vector<Session*> knocking = room->knocking();
  for (Session* session : knocking) {
    const Admission admission = Admit(*session, room->name());
    if (admission.must_knock || admission.rival != nullptr) continue;
    if (!admission.refusal.ok()) {
      Dismiss(session, std::string(admission.refusal.message()));
    } else if (!room->full()) {
      LetIn(session).IgnoreError();  // there is a seat, and nobody has the name
    }
  }
}

void Rooms::Remove(Room* room) {
  const std::vector<Session*> knocking = room->knocking();
  for (Session* session : knocking) Dismiss(session, "the room is over");
  v1::Event event;
  event.mutable_room_ended()->set_room(room->name());
  log_.Append(std::move(event));
  DeadlinesOf(*room).Clear(room);
  rooms_.erase(rooms_.find(room->name()));
}

}  // namespace signaling
