// The one seam between rules and state: sessions, rooms and what is on its way between them.
//
// Each call is atomic. What comes of it reaches the process that holds a session through that session's sink, and its
// events through Pull; so an implementation may answer before the call returns or later, from threads of its own.
// Contents are checked before (core/checks.h). One contract test suite, tests/contract, runs against every
// implementation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/signaling/core/identity.h"
#include "services/signaling/core/session_id.h"
#include "services/signaling/engine/back_office.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

// A session as its holder knows it. An epoch that is not the session's makes a call void: nothing happens. 0 stands for
// the epoch that it was last opened with, which the holder of an opening session does not know yet.
struct SessionRef {
  SessionId id;
  std::uint64_t epoch = 0;
};

// The holder of sessions' connections: one a stream. Enqueue-only: called with the engine's locks held, from any
// thread, it must neither block nor call the engine. `tag` is the holder's own number for the session.
class SessionSink {
 public:
  virtual ~SessionSink() = default;

  // The session is open, resumed or attached; no other call for this tag comes earlier. `opened` names the session, which
  // after a resume is not the one that Open named. `traceparent`: of the session's newest connection; empty: none.
  virtual void OnOpened(std::uint64_t tag, signaling::v1::Opened opened,
                        std::string_view traceparent) = 0;
  // There are events to pull.
  virtual void OnUnsent(std::uint64_t tag) = 0;
  // Every id up to `last_id` is processed. Said again for a duplicate, so that it is acknowledged again.
  virtual void OnApplied(std::uint64_t tag, std::uint64_t last_id) = 0;
  // A frame's after_id was above `last_id`: nothing was stored, and all above last_id is to be sent again.
  virtual void OnGap(std::uint64_t tag, std::uint64_t last_id) = 0;
  // The new token was taken, and ends then; or it was refused, and the session goes on with the one that it has.
  virtual void OnRefreshed(std::uint64_t tag, absl::StatusOr<absl::Time> expires) = 0;
  // Another session wants this one's client_id: answer by Engine::Alive if the client is there.
  virtual void OnProbe(std::uint64_t tag) = 0;
  // The session is over, could not be opened, or is held here no longer. The last call for this tag.
  virtual void OnClosed(std::uint64_t tag, signaling::v1::Closed closed) = 0;
};

// Who holds a session's connection: a stream, and its own number for the session.
struct Holder {
  SessionSink* sink = nullptr;
  std::uint64_t tag = 0;
};

enum class DetachCause : std::uint8_t {
  kBroken,  // the client's connection is gone: a session that can be resumed waits for its window
  kLinkBroken,  // the holder's own: the client may still be there, and any session waits to be attached
  kDraining,  // likewise, since this process stops
  kBye,       // the session ends
  kFault,     // likewise
};

// Where pulled events go: a batch with a budget that several sessions share.
struct PullBudget {
  std::size_t frames = 0;
  std::size_t bytes = 0;
};

struct PullResult {
  std::uint64_t last_seq = 0;  // of the last event appended, or as asked
  bool more = false;           // the budget ended before the events did
};

struct EngineStats {
  std::size_t sessions = 0;  // detached ones too
  std::size_t detached = 0;
  std::size_t rooms = 0;
  std::size_t participants = 0;
  std::size_t offers = 0;  // stored and not ended
  // Unacknowledged, of all sessions.
  std::size_t outbox_events = 0;
  std::size_t outbox_bytes = 0;
};

struct EngineOptions {
  std::size_t max_participants = 5;  // a room, the ceiling
  bool audio_only = false;           // of rooms that do not say otherwise, and of offers by id
  bool relay_only = false;           // likewise
  absl::Duration room_empty_timeout = absl::Minutes(1);  // until a room without participants ends
  absl::Duration persistent_room_timeout = absl::Hours(30 * 24);  // of a persistent one
  absl::Duration offer_ttl = absl::Hours(1);       // of offers that do not say otherwise
  absl::Duration claim_lease = absl::Seconds(15);  // to answer within
  std::size_t max_waiting_offers = 50;             // queued or claimed, a session
  std::size_t max_waiting_offer_bytes = std::size_t{1024} * 1024;  // likewise
  std::size_t max_events = 10'000;                                 // in the log that watchers read
  std::size_t max_outbox_events = 256;                             // unacknowledged, a session
  std::size_t max_outbox_bytes = std::size_t{256} * 1024;          // likewise
  absl::Duration probe_timeout = absl::Seconds(2);   // until a silent session loses its client_id
  absl::Duration resume_window = absl::Seconds(30);  // of a session whose client is gone
  absl::Duration attach_window = absl::Seconds(5);   // at least, of any whose gateway's link broke
  absl::Duration token_grace = TokenLife().grace;
  // What detached sessions keep, events and offers together, as each was when it was left. Over it, the one that has been
  // away longest ends.
  std::size_t max_detached_bytes = std::size_t{512} * 1024 * 1024;
};

// Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;

  // Opens a session and, on the plain path, joins its room; or resumes the one that `open` names. OnOpened or OnClosed
  // says how it went. Opening an id again is the same session for as long as nothing of it was acknowledged; who held it
  // before holds it no more. `open` is acceptable (CheckOpen). `identity` says who opens it, or why that is not known:
  // then only a resume succeeds, since that stands on its own token, and only while the session's identity lasts.
  virtual void Open(const SessionId& id, const signaling::v1::Open& open,
                    const absl::StatusOr<Identity>& identity, const Holder& holder) = 0;

  // Moves the session to this holder; who held it before holds it no more. OnOpened, or OnClosed where the epoch is old,
  // the session is not known, or events after received_seq are not there. `attach` is acceptable (CheckAttach).
  virtual void Attach(const SessionId& id, const signaling::v1::Attach& attach,
                      const Holder& holder) = 0;

  // Where `holder` holds the session, opened or still opening, it holds it no more: OnClosed follows. What becomes of the
  // session is the cause's to say. When this returned for all its sessions, nothing calls a holder any more.
  virtual void Detach(const SessionRef& session, const SessionSink* holder, DetachCause cause) = 0;

  // The client acknowledges: the session can be resumed, whatever path it was opened on.
  virtual void SetResumable(const SessionRef& session) = 0;

  // A newer identity of the same client takes the place of the one that the session has. OnRefreshed says how it went.
  virtual void Refresh(const SessionRef& session, const Identity& identity) = 0;

  // Acts on a numbered frame with the body room, signal, app, offer, moderate or refused. Its contents may be taken.
  virtual void Apply(const SessionRef& session, signaling::v1::UpFrame* frame) = 0;

  // Answers OnProbe.
  virtual void Alive(const SessionRef& session) = 0;

  // The client's last ping took this long.
  virtual void Measured(const SessionRef& session, absl::Duration round_trip) = 0;

  // What became of a set-up, as the client says: for the observer and the histories, and nothing else. `report` is
  // acceptable (CheckReport). Of a session that has reported as often as it took part in offers, and of others' stored
  // offers, it is passed over.
  virtual void Report(const SessionRef& session, const signaling::v1::Report& report) = 0;

  // The client has every event up to `seq`. One that was never sent is ignored.
  virtual void Acknowledge(const SessionRef& session, std::uint64_t seq) = 0;

  // Appends to `batch` the session's events after `after_seq`, oldest first, with `slot`, and takes what they use from
  // the budget. Events from before the last resume or attach come in portions: the next one when the last is
  // acknowledged, so that who comes back is not flooded.
  virtual PullResult Pull(const SessionRef& session, std::uint64_t after_seq, std::uint32_t slot,
                          PullBudget* budget, signaling::v1::DownBatch* batch) = 0;

  // Acts on every deadline that has passed. To be called a few times a second.
  virtual void Expire() = 0;

  virtual EngineStats Stats() const = 0;

  // The same state, as back ends see it.
  virtual BackOffice& back_office() = 0;
};

}  // namespace signaling
