// One session and its seat, as MemoryEngine keeps them. Plain data: every rule is in the parts that use it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/map.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/engine/memory/deadlines.h"
#include "services/signaling/engine/memory/history.h"
#include "services/signaling/engine/memory/outbox.h"
#include "services/signaling/engine/memory/resume_tokens.h"

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

// A set-up between two participants, kept by the one that offered first (setups.h).
struct PairSetup {
  Session* peer = nullptr;
  absl::Duration began = absl::ZeroDuration();  // as Clock::Uptime
  bool answered = false;                        // once
  bool holder_waits = false;  // has offered, and the peer has neither answered nor declined
  bool peer_waits = false;    // likewise
};

// For the story that is told at the session's end (observer.h).
struct SessionCounts {
  std::uint64_t received = 0;
  std::uint32_t refused = 0;
  std::uint32_t resumes = 0;
  std::uint32_t detaches = 0;
  std::uint32_t offers = 0;
  std::uint32_t answers = 0;
  std::uint32_t candidates = 0;
};

struct Session {
  Session(SessionId session_id, std::uint64_t session_number, const EngineOptions& options,
          OutboxTotals* outboxes)
      : id(session_id),
        number(session_number),
        outbox(options.max_outbox_events, options.max_outbox_bytes, outboxes) {}

  const SessionId id;
  const std::uint64_t number;  // in the order of opening

  // The connection.
  Holder holder;                 // no sink: away
  std::uint64_t epoch = 1;       // raised by each opening and resume
  std::uint64_t open_epoch = 1;  // of the last opening
  std::size_t opening = 0;       // a hash of what was to be opened
  SessionId opener;              // what the opening, or the last resume, was to open
  std::uint32_t attempt = 0;     // the last of those since then
  std::unique_ptr<signaling::v1::Joined> opened_room;  // until the client has something of it
  ResumeTokens tokens;
  std::uint64_t replay_from = 0;  // events after it, up to replay_to, come in portions
  std::uint64_t replay_to = 0;
  bool resumable = false;
  bool link_broken = false;       // away because its gateway's link is: the client may be there
  bool sent_away = false;         // away because this process stops, and its state with it
  bool told_away = false;         // the others in the room know
  std::uint64_t away_number = 0;  // in the order of leaving; 0: not away
  std::size_t away_bytes = 0;
  absl::Duration away_since;  // as Clock::Uptime
  absl::Duration away_until;  // likewise
  Due due;                    // while away

  bool plain = false;      // opened on `/`
  bool may_adopt = false;  // plain, given no client_id, has adopted none
  bool opened = false;     // OnOpened was said
  bool replaces = false;   // takes the seat of one that answers no more: no door stands between
  bool ending = false;     // gets nothing more: it ends with the operation that runs, or has ended

  Identity identity;
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

  // For operators.
  History history;
  SessionCounts counts;
  std::vector<PairSetup> setups;                   // with those in its room
  std::uint8_t reportable = 0;                     // so many reports are taken from it
  std::string last_room;                           // where it had its last seat
  std::unique_ptr<const std::string> traceparent;  // of its newest connection; mostly none
  absl::Duration opened_at;                        // as Clock::Uptime

  // For back ends.
  absl::Time opened_time;
  absl::Duration round_trip = absl::InfiniteDuration();  // none yet
  std::string remote_address;
};

inline std::string_view TraceOf(const Session& session) {
  return session.traceparent == nullptr ? std::string_view()
                                        : std::string_view(*session.traceparent);
}

}  // namespace signaling
