// One session and its seat, as MemoryEngine keeps them. Plain data: every rule is in the parts that use it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/map.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/engine/memory/outbox.h"

namespace signaling {

class Room;
struct Session;
struct StoredOffer;

// What a session waits for while another one, which has the client_id it wants, is asked whether it still answers.
// Later frames of the waiting session wait too, so that its order holds.
struct PendingClaim {
  Session* incumbent = nullptr;
  absl::Duration deadline;  // as Clock::Uptime
  bool replaces = false;    // the incumbent did not answer: this session takes its place
  std::string room;         // of an opening; empty: the first of `frames` is what waits
  std::deque<signaling::v1::UpFrame> frames;
  std::size_t bytes = 0;  // of the frames
};

struct Session {
  Session(SessionId session_id, std::uint64_t session_epoch, const EngineOptions& options)
      : id(session_id),
        epoch(session_epoch),
        outbox(options.max_outbox_events, options.max_outbox_bytes) {}

  const SessionId id;
  const std::uint64_t epoch;
  SessionSink* sink = nullptr;
  std::uint64_t tag = 0;

  bool plain = false;      // opened on `/`
  bool may_adopt = false;  // plain, given no client_id, has adopted none
  bool opened = false;     // OnOpened was said
  bool replaces = false;   // takes the seat of one that answers no more: no door stands between
  bool ending = false;     // gets nothing more: it ends with the operation that runs, or has ended

  std::string client_id;
  google::protobuf::Map<std::string, std::string> metadata;
  std::uint64_t last_id = 0;
  Outbox outbox;

  // The seat; `room` is null without one.
  Room* room = nullptr;
  std::uint64_t join_order = 0;
  absl::Time joined_time;
  Session* last_peer = nullptr;  // the last offer or answer went to it or came from it

  // In front of a room's door, and the id of the join that waits there.
  Room* knocking = nullptr;
  std::uint64_t knock_id = 0;

  std::vector<StoredOffer*> made;     // not ended
  std::vector<StoredOffer*> claimed;  // claimed or answered, not ended
  StoredOffer* kept = nullptr;        // of those made, the one that waits in the room

  std::unique_ptr<PendingClaim> pending;

  // For back ends.
  absl::Time opened_time;
  absl::Duration round_trip = absl::InfiniteDuration();  // none yet
  std::string remote_address;
};

}  // namespace signaling
