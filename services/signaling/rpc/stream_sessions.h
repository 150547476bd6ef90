// The sessions of one stream: from frames to the engine, and from the engine to frames. No gRPC in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/auth/authenticator.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/flush_queue.h"
#include "services/signaling/rpc/ice_grants.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/probe.h"
#include "services/signaling/rpc/slots.h"
#include "services/signaling/rpc/token_times.h"

namespace signaling {

// What the sessions of all streams share. Outlives every stream.
struct SessionsContext {
  Engine& engine;
  Authenticator& authenticator;
  const IceServers& ice_servers;
  const Clock& clock;
  TokenLife token_life;
  FlushQueue& queue;
  Probe& probe;
};

// Thread-safe, with one caller of Handle and one of Fill at a time. Owned by its stream, which must call DetachAll before
// it goes. Lock order: that of the door, the engine's, then this, then the flush queue's and that of the ICE servers.
class StreamSessions final : public SessionSink {
 public:
  explicit StreamSessions(const SessionsContext& context)
      : engine_(context.engine),
        authenticator_(context.authenticator),
        clock_(context.clock),
        queue_(context.queue),
        probe_(context.probe),
        ice_(context.ice_servers, context.probe),
        token_times_(context.token_life) {}

  // Before anything else: who is flushed when there is something to write, and has to be alive for an answer that comes
  // late.
  void set_stream(std::weak_ptr<Flushable> stream) { stream_ = std::move(stream); }

  // Acts on one frame, whose contents may be taken. An error is the sender's breach of the contract: the stream ends.
  absl::Status Handle(signaling::v1::UpFrame* frame);

  // Appends what is to be written, at most `max_frames`. False: there is nothing.
  bool Fill(std::size_t max_frames, signaling::v1::DownBatch* batch);

  // Lets acknowledgements out that found no frame to ride on, and renews ICE servers. To be called every 100 ms.
  void Tick();

  // Lets go of every session, and says how many those were; afterwards the engine calls this no more.
  std::size_t DetachAll(DetachCause cause);

  // The service stops: who wants to open or attach is closed, and opens elsewhere. How many sessions there are.
  std::size_t TakeNoMore();
  // Closes up to `count` sessions, whose state goes with the process. How many there were.
  std::size_t SendAway(std::size_t count);
  // Tells every session.
  void Tell(const signaling::v1::Notice& notice);

  // No session is left, and what was to be said of the last is taken.
  bool empty() const;

 private:
  struct Work {
    Slots::Dirty from;
    PullResult pulled;
    int first_frame;
  };

  void OnOpened(std::uint64_t tag, signaling::v1::Opened opened,
                std::string_view traceparent) override;
  void OnUnsent(std::uint64_t tag) override;
  void OnApplied(std::uint64_t tag, std::uint64_t last_id) override;
  void OnGap(std::uint64_t tag, std::uint64_t last_id) override;
  void OnRefreshed(std::uint64_t tag, absl::StatusOr<absl::Time> expires) override;
  void OnProbe(std::uint64_t tag) override;
  void OnClosed(std::uint64_t tag, signaling::v1::Closed closed) override;

  absl::Status Open(std::uint32_t number, const signaling::v1::Open& open);
  absl::Status Attach(std::uint32_t number, const signaling::v1::Attach& attach);
  static signaling::v1::Closed ServiceGoes();
  void Close(std::uint32_t number, Slot& slot, signaling::v1::Closed closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // An opening whose opener is known, or why it is not; then what came behind it.
  void OpenAs(std::uint32_t number, const SessionId& id, const signaling::v1::Open& open,
              const absl::StatusOr<Identity>& identity);
  void ActOnHeld(std::uint32_t number, const SessionId& opened_as);
  // Puts a frame behind the slot's opening; over the bound, the session ends instead.
  void Hold(std::uint32_t number, Slot& slot, signaling::v1::UpFrame* frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  static signaling::v1::Closed HeldTooMuch();
  // The slot whose opening of this id waits. Null: it is over, and its number may be another's.
  Slot* FindHeld(std::uint32_t number, const SessionId& opened_as)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What is left of a frame when its place is known to be right.
  void Act(std::uint32_t number, const SessionRef& session, signaling::v1::UpFrame* frame);
  // One at a time: of those that come while it is not known whose the token is, the newest is next.
  void Refresh(std::uint32_t number, const SessionRef& session, const std::string& token);
  void RefreshAs(std::uint32_t number, const SessionRef& session,
                 const absl::StatusOr<Identity>& identity);
  void TellTokens();
  void TellRefused(std::uint32_t number, Slot& slot, const absl::Status& refusal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ApplyChecked(const SessionRef& session, signaling::v1::UpFrame* frame);
  void Report(std::uint32_t number, const SessionRef& session, const signaling::v1::Report& report);

  void NoteStream() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Nothing where nothing is logged: for debug lines alone.
  std::string LoggedTrace(std::uint32_t number) const;
  // Without the lock: writing may block.
  void LogFilled(const signaling::v1::DownBatch& batch) const;
  void FinishWork(PullBudget* budget, signaling::v1::DownBatch* batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  Engine& engine_;
  Authenticator& authenticator_;
  const Clock& clock_;
  FlushQueue& queue_;
  Probe& probe_;
  IceGrants ice_;  // thread-safe itself
  std::weak_ptr<Flushable> stream_;

  // Of the one caller of Fill.
  std::vector<Slots::Dirty> dirty_;
  std::vector<Work> work_;
  // Empty where nothing is logged.
  std::vector<SessionName> control_names_;
  std::vector<SessionName> work_names_;

  // Held while an opening is handed to the engine: none is after DetachAll.
  Mutex door_mu_;
  bool detached_all_ ABSL_GUARDED_BY(door_mu_) = false;

  mutable Mutex mu_;
  Slots slots_ ABSL_GUARDED_BY(mu_);
  TokenTimes token_times_ ABSL_GUARDED_BY(mu_);
  bool takes_no_more_ ABSL_GUARDED_BY(mu_) = false;
  bool noted_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace signaling
