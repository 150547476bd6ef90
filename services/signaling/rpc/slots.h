// The slots of one stream: which session each has, and what of them waits to be written.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/signaling/engine/engine.h"

namespace signaling {

// How a session came to its slot.
enum class Binding : std::uint8_t { kOpen, kResume, kAttach };

// An opening until it is known who opens it, and what came behind it.
struct HeldOpening {
  std::vector<signaling::v1::UpFrame> frames;
  std::size_t bytes = 0;     // of the frames
  bool handed_over = false;  // the engine is asked to open it: only there it can be ended
  bool too_much = false;     // closes because of that
};

// What is under way about a session's token.
struct TokenNews {
  bool refreshing = false;          // it is not known yet whose its new one is
  std::optional<std::string> next;  // the newest that came meanwhile
  // Such a frame waits among the controls: a client that does not read makes no more of them.
  bool refusal_waits = false;
  bool expiring_waits = false;
  bool ended = false;  // closes because of that
};

struct Slot {
  SessionId id;
  SessionId opened_as;  // as its open named it, which a resume makes another one
  Binding binding = Binding::kOpen;
  std::chrono::steady_clock::time_point bound_at;
  std::uint64_t epoch = 0;       // 0: still opening
  std::uint64_t resume_seq = 0;  // the last event that arrived, where the session is resumed
  std::uint64_t sent_seq = 0;
  std::uint64_t last_id = 0;
  std::uint64_t acked_id = 0;
  std::uint32_t unacknowledged = 0;
  std::unique_ptr<HeldOpening> held;  // null: what comes is acted on at once
  TokenNews token;
  std::string traceparent;           // of the client's connection; empty: none
  std::optional<std::uint64_t> gap;  // to be told; its frame waits among the controls
  bool opened = false;               // by the engine
  bool told = false;                 // that it is open: its frame was taken
  bool closed = false;               // its last frame waits to be taken; only then is the slot free
  bool sent_away = false;            // closes because the service stops
  bool report_refusal_waits = false;  // among the controls, as that of a token
  bool dirty = false;
  bool ack_waiting = false;
};

// What each line about a session has.
struct SessionName {
  SessionId id;
  std::string traceparent{};
};

// Thread-compatible: guarded by the lock of StreamSessions, which owns it.
class Slots {
 public:
  // Events to pull, or an acknowledgement to send.
  struct Dirty {
    std::uint32_t number;
    SessionRef session;
    std::uint64_t sent_seq;
  };

  // Null: the slot is free.
  Slot* Find(std::uint64_t number);
  // The number must be free.
  Slot& Bind(std::uint32_t number, Binding binding, const SessionId& id);

  // A frame without a number, filled in by the caller. Controls go out before all else, in their order.
  signaling::v1::DownFrame& AddControl(std::uint64_t number);
  // One for each session that is not over.
  void AddToLive(const signaling::v1::Notice& notice);
  void MarkDirty(std::uint32_t number, Slot& slot);
  // The acknowledgement may wait for a frame to ride on, until the next tick.
  void DelayAcknowledgement(std::uint32_t number, Slot& slot);
  void Tick();

  bool has_controls() const { return !controls_.empty(); }
  bool has_work() const { return !controls_.empty() || !dirty_.empty(); }
  bool empty() const { return slots_.empty(); }

  // Appends as many controls as the budget allows. An opened may grow by `opened_bytes` before it is written.
  void TakeControls(std::size_t opened_bytes, PullBudget* budget, signaling::v1::DownBatch* batch);
  // Of which sessions the controls are, in their order: once they are taken, who is closed is forgotten.
  std::vector<SessionName> ControlNames() const;
  SessionName NameOf(std::uint32_t number) const;
  // Takes at most `max` of those that have something to send.
  void TakeDirty(std::size_t max, std::vector<Dirty>* taken);

  // Calls visit(number, slot) for each session that is not over.
  template <typename Visit>
  void ForEachLive(Visit visit) {
    for (auto& [number, slot] : slots_) {
      if (!slot.closed) visit(number, slot);
    }
  }

 private:
  absl::flat_hash_map<std::uint32_t, Slot> slots_;
  // opened, closed, probe, notice, gap
  std::vector<signaling::v1::DownFrame> controls_;
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint32_t> ack_waiting_;
};

}  // namespace signaling
