#include "services/signaling/engine/memory/room.h"

#include <algorithm>

namespace signaling {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t nanos = absl::ToUnixNanos(time);
  out->set_seconds(nanos / 1'000'000'000);
  out->set_nanos(static_cast<std::int32_t>(nanos % 1'000'000'000));
}

}  // namespace

Session* Room::Find(std::string_view client_id) const {
  const auto found =
      std::find_if(participants_.begin(), participants_.end(),
                   [&](const Session* session) { return session->client_id == client_id; });
  return found == participants_.end() ? nullptr : *found;
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
  session->kept.reset();
}

signaling::v1::Joined Room::ViewOf(const Session& receiver) const {
  signaling::v1::Joined joined;
  joined.set_room(name_);
  joined.mutable_options()->set_max_participants(static_cast<std::uint32_t>(max_participants_));
  for (const Session* session : participants_) {
    if (session != &receiver) *joined.add_participants() = ParticipantView(*session, receiver);
  }
  return joined;
}

signaling::v1::Participant ParticipantView(const Session& participant, const Session& receiver) {
  signaling::v1::Participant view;
  view.set_client_id(participant.client_id);
  *view.mutable_metadata() = participant.metadata;
  SetTime(participant.joined_time, view.mutable_joined_time());
  view.set_polite(participant.join_order < receiver.join_order);
  view.set_connected(true);
  return view;
}

}  // namespace signaling
