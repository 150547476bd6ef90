// The engine in this process: exact, ordered, gone with the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/engine/memory/commands.h"
#include "services/signaling/engine/memory/connections.h"
#include "services/signaling/engine/memory/memory_back_office.h"
#include "services/signaling/engine/memory/memory_state.h"
#include "services/signaling/engine/memory/session.h"
#include "services/signaling/engine/observer.h"

namespace signaling {

// Thread-safe. One lock over all: an operation is about a microsecond, and atomicity across a room's sessions is what
// the engine is for. Lock order: this, then a sink's.
class MemoryEngine final : public Engine {
 public:
  MemoryEngine(const EngineOptions& options, const Clock& clock,
               EngineObserver& observer = NoObserver());
  // What is open ends with it: the observer is told, and nobody else.
  ~MemoryEngine() override;

  void Open(const SessionId& id, const signaling::v1::Open& open,
            const absl::StatusOr<Identity>& identity, const Holder& holder) override;
  void Attach(const SessionId& id, const signaling::v1::Attach& attach,
              const Holder& holder) override;
  void Detach(const SessionRef& session, const SessionSink* holder, DetachCause cause) override;
  void SetResumable(const SessionRef& session) override;
  void Refresh(const SessionRef& session, const Identity& identity) override;
  void Apply(const SessionRef& session, signaling::v1::UpFrame* frame) override;
  void Alive(const SessionRef& session) override;
  void Measured(const SessionRef& session, absl::Duration round_trip) override;
  void Report(const SessionRef& session, const signaling::v1::Report& report) override;
  void Acknowledge(const SessionRef& session, std::uint64_t seq) override;
  PullResult Pull(const SessionRef& session, std::uint64_t after_seq, std::uint32_t slot,
                  PullBudget* budget, signaling::v1::DownBatch* batch) override;
  void Expire() override;
  EngineStats Stats() const override;

  BackOffice& back_office() override { return back_office_; }

  absl::StatusOr<signaling::v1::ExplainSessionResponse> ExplainSession(
      const signaling::v1::ExplainSessionRequest& request);

  // For the back office: `act` on the state, as one operation.
  template <typename Act>
  auto Run(Act act) {
    MutexLock lock(mu_);
    auto result = act(state_);
    Settle();
    return result;
  }

 private:
  Session* FindId(const SessionId& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Null also where the epoch is old.
  Session* Find(const SessionRef& ref) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Numbering around what a frame does.
  void ApplyNow(Session* session, signaling::v1::UpFrame* frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Processed(Session* session, std::uint64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Opening, coming back, and ending.
  void OpenOrAgain(const SessionId& id, const signaling::v1::Open& open, const Identity& identity,
                   const Holder& holder, signaling::v1::ResumeError resume_error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Session* Make(const SessionId& id, const signaling::v1::Open& open, const Identity& identity,
                const Holder& holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OpenNow(Session* session, const std::string& room, signaling::v1::ResumeError resume_error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // `opener` is the id of the session that `open` would open.
  signaling::v1::ResumeError Resume(const SessionId& opener, const signaling::v1::Open& open,
                                    const absl::StatusOr<Identity>& identity, const Holder& holder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Why no session is made for an opening.
  void RefuseOpening(const SessionId& id, std::string_view client_id, signaling::v1::Closed closed,
                     const Holder& holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Close(Session* session, signaling::v1::LeaveReason reason, signaling::v1::Closed closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Waiting for a rival's client_id.
  // Until when a rival may answer.
  absl::Duration ProbeDeadline(const Session& rival) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ProbeWhereAwaited(const Session* rival) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Wait(Session* session, Session* rival, PendingClaim claim)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The session that waits takes the rival's place.
  void Replace(Session* session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ResolveWaitersOf(const Session* rival, bool taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Resolve(Session* session, bool taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Ends the sessions that the operation noted for it, and all that follows from it.
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  const EngineOptions options_;
  MemoryBackOffice back_office_;

  mutable Mutex mu_;
  MemoryState state_ ABSL_GUARDED_BY(mu_);
  Commands commands_ ABSL_GUARDED_BY(mu_);
  Connections connections_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<SessionId, std::unique_ptr<Session>> sessions_ ABSL_GUARDED_BY(mu_);
  std::vector<Session*> waiting_ ABSL_GUARDED_BY(mu_);
  // Ended in the running operation, which may still hold pointers to them.
  std::vector<std::unique_ptr<Session>> ended_ ABSL_GUARDED_BY(mu_);
  std::uint64_t last_number_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace signaling
