#include "services/signaling/engine/memory/room.h"

#include <algorithm>

#include "services/signaling/core/access.h"
#include "services/signaling/core/durations.h"

namespace signaling {
namespace {

Session* FindIn(const std::vector<Session*>& sessions, std::string_view client_id) {
  const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session* session) {
    return session->client_id == client_id;
  });
  return found == sessions.end() ? nullptr : *found;
}

}  // namespace

Session* Room::Find(std::string_view client_id) const { return FindIn(participants_, client_id); }

Session* Room::FindKnocking(std::string_view client_id) const {
  return FindIn(knocking_, client_id);
}

bool Room::IsModeratedBy(const Session& participant) const {
  const bool longest = !made_by_back_office() && !empty() && participants_.front() == &participant;
  return Moderates(participant.identity, longest);
}

std::vector<Session*> Room::moderators() const {
  std::vector<Session*> moderators;
  for (Session* session : participants_) {
    if (IsModeratedBy(*session)) moderators.push_back(session);
  }
  return moderators;
}

void Room::Add(Session* session, std::uint64_t join_order, absl::Time now) {
  session->room = this;
  session->join_order = join_order;
  session->joined_time = now;
  participants_.push_back(session);
}

void Room::Remove(Session* session) {
  std::erase(participants_, session);
  for (Session* other : participants_) {
    if (other->last_peer == session) other->last_peer = nullptr;
  }
  session->room = nullptr;
  session->last_peer = nullptr;
}

void Room::AddKnocking(Session* session, std::uint64_t id) {
  session->knocking = this;
  session->knock_id = id;
  knocking_.push_back(session);
}

void Room::RemoveKnocking(Session* session) {
  std::erase(knocking_, session);
  session->knocking = nullptr;
}

signaling::v1::Joined Room::ViewOf(const Session& receiver) const {
  signaling::v1::Joined joined;
  joined.set_room(name_);
  *joined.mutable_options() = signaling::ToProto(settings_);
  for (const Session* session : participants_) {
    if (session != &receiver) *joined.add_participants() = ParticipantView(*session, &receiver);
  }
  return joined;
}

signaling::v1::Room Room::ToProto() const {
  signaling::v1::Room room;
  room.set_name(name_);
  *room.mutable_options() = signaling::ToProto(settings_);
  for (const std::string& id : settings_.allowed) {
    room.mutable_options()->mutable_allowed()->add_client_ids(id);
  }
  room.set_persistent(persistent_);
  SetTime(created_, room.mutable_create_time());
  room.set_participant_count(static_cast<std::uint32_t>(participants_.size()));
  for (const Session* session : knocking_) room.add_knocking(session->client_id);
  return room;
}

void Meet(Session* a, Session* b) {
  a->last_peer = b;
  b->last_peer = a;
}

signaling::v1::Participant ParticipantView(const Session& participant, const Session* receiver) {
  signaling::v1::Participant view;
  view.set_client_id(participant.client_id);
  *view.mutable_metadata() = participant.metadata;
  SetTime(participant.joined_time, view.mutable_joined_time());
  view.set_polite(receiver != nullptr && participant.join_order < receiver->join_order);
  view.set_connected(!participant.told_away);
  return view;
}

}  // namespace signaling
