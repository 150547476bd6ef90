// The rooms: who is in them, who may come in, and when they end.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "services/common/clock.h"
#include "services/signaling/engine/memory/bans.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/event_log.h"
#include "services/signaling/engine/memory/kept_offers.h"
#include "services/signaling/engine/memory/room.h"
#include "services/signaling/engine/memory/setups.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine.
class Rooms {
 public:
  using ByName = absl::btree_map<std::string, std::unique_ptr<Room>>;

  Rooms(const EngineOptions& options, const Clock& clock, Chronicle& chronicle, Setups& setups,
        Delivery& delivery, EventLog& log, KeptOffers& kept)
      : options_(options),
        clock_(clock),
        chronicle_(chronicle),
        setups_(setups),
        delivery_(delivery),
        log_(log),
        kept_(kept),
        bans_(clock) {}

  // Null: there is none.
  Room* Find(const std::string& name) const;
  const ByName& by_name() const { return rooms_; }
  std::size_t participants() const { return participants_; }

  // ROOM_EXISTS, INVALID_MESSAGE.
  absl::StatusOr<Room*> Create(const std::string& name, const signaling::v1::RoomOptions& options,
                               Authority maker, bool persistent);

  struct Admission {
    absl::Status refusal;      // BANNED, ROOM_LOCKED, ROOM_NOT_FOUND, PERMISSION_DENIED
    bool must_knock = false;   // somebody has to let it in
    Session* rival = nullptr;  // sits there under the same client_id
  };
  // What stands between the session and this room, seats aside.
  Admission Admit(const Session& session, const std::string& name) const;

  // Takes a seat, in a room made for it where there is none. ROOM_FULL; INVALID_MESSAGE of the options. Nobody is told.
  absl::StatusOr<Room*> TakeSeat(Session* session, const std::string& name,
                                 const signaling::v1::RoomOptions& options);
  // Tells the others, and gives the newcomer what waited for it.
  void Announce(Session* newcomer);
  // Tells the others, and ends the seat. Without one nothing happens.
  void FreeSeat(Session* session, signaling::v1::LeaveReason reason);

  // ROOM_FULL, CLIENT_ID_TAKEN: as many, or one of this name, knock already.
  absl::Status Knock(Session* session, Room* room, std::uint64_t id);
  // The join that waits gets its answer: a seat, or a refusal. ROOM_FULL, CLIENT_ID_TAKEN: it goes on knocking.
  absl::Status LetIn(Session* knocking);
  void Dismiss(Session* knocking, std::string_view message);
  // On its own account; it hears nothing of it.
  void StopKnocking(Session* session);

  // Somebody moderates from now on: hears who waits.
  void TellKnocking(Session* moderator);

  // The others hear of its new metadata or, where `before` is another, client_id.
  void TellUpdated(Session* session, const std::string& before);

  // Ends the room, and the sessions of those in it with ROOM_CLOSED: how many.
  std::size_t Close(Room* room, std::string_view reason);
  // The door once more, for those who knock: after the room's settings changed.
  void Reconsider(Room* room);
  void Expire();
  // What follows from seats that the operation freed, when it is known whether somebody took them. To be called at its
  // end.
  void Settle();

  Bans& bans() { return bans_; }
  const Bans& bans() const { return bans_; }

 private:
  void TellKnock(const Session& knocking, Session* moderator);
  // Of a room without participants, counted from now.
  void SetEnd(Room* room);
  Deadlines<Room>& DeadlinesOf(const Room& room);
  void LogEntered(const Session& participant);
  void LogGone(const Room& room, const std::string& client_id, signaling::v1::LeaveReason reason);
  // Two of one name at the door and inside could not be told apart.
  void DismissNamesake(const Session& participant);
  void Remove(Room* room);

  // Constant after construction.
  const EngineOptions& options_;
  const Clock& clock_;
  Chronicle& chronicle_;
  Setups& setups_;
  Delivery& delivery_;
  EventLog& log_;
  KeptOffers& kept_;

  ByName rooms_;
  Deadlines<Room> ends_of_joined_;    // of empty rooms that joins made
  Deadlines<Room> ends_of_made_;      // of empty rooms that back ends made
  std::vector<std::string> changed_;  // rooms in which the operation freed a seat
  Bans bans_;
  std::uint64_t last_join_order_ = 0;
  std::size_t participants_ = 0;
};

}  // namespace signaling
