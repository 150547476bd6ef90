// The seats of one room, in the order of their joins.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/engine/memory/session.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine, sees sessions that it does not own.
class Room {
 public:
  Room(std::string name, std::size_t max_participants)
      : name_(std::move(name)), max_participants_(max_participants) {}

  const std::string& name() const { return name_; }
  const std::vector<Session*>& participants() const { return participants_; }
  bool full() const { return participants_.size() >= max_participants_; }
  bool empty() const { return participants_.empty(); }

  // Null: nobody has this client_id.
  Session* Find(std::string_view client_id) const;

  void Add(Session* session, std::uint64_t join_order, absl::Time now);

  // Frees the seat; nobody's last peer is this session any more.
  void Remove(Session* session);

  // The room as `receiver` sees it: everybody else.
  signaling::v1::Joined ViewOf(const Session& receiver) const;

 private:
  const std::string name_;
  const std::size_t max_participants_;
  std::vector<Session*> participants_;
};

// `participant` as `receiver` sees it.
signaling::v1::Participant ParticipantView(const Session& participant, const Session& receiver);

}  // namespace signaling
