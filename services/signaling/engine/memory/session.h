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

// A plain client's offer that found nobody there, kept for the next participant.
struct KeptOffer {
  signaling::v1::Description offer;
  std::vector<signaling::v1::IceCandidate> candidates;
  std::size_t candidate_bytes = 0;
};

// What a session waits for while another one, which has the client_id it wants, is asked whether it still answers.
// Later frames of the waiting session wait too, so that its order holds.
struct PendingClaim {
  Session* incumbent = nullptr;
  absl::Duration deadline;  // as Clock::Uptime
  std::string room;         // of an opening; empty: the first of `frames` is what waits
  std::deque<signaling::v1::UpFrame> frames;
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

  bool plain = false;       // opened on `/`
  bool may_adopt = false;   // plain, given no client_id, has adopted none
  bool opened = false;      // OnOpened was said
  bool overflowed = false;  // gets nothing more: its outbox was full, or it has ended

  std::string client_id;
  google::protobuf::Map<std::string, std::string> metadata;
  std::uint64_t last_id = 0;
  Outbox outbox;

  // The seat; `room` is null without one.
  Room* room = nullptr;
  std::uint64_t join_order = 0;
  absl::Time joined_time;
  Session* last_peer = nullptr;  // the last offer or answer went to it or came from it

  std::unique_ptr<KeptOffer> kept;
  std::unique_ptr<PendingClaim> pending;
};

}  // namespace signaling
