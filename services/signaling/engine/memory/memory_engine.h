// The engine in this process: exact, ordered, gone with the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/engine/memory/delivery.h"
#include "services/signaling/engine/memory/room.h"
#include "services/signaling/engine/memory/router.h"
#include "services/signaling/engine/memory/session.h"

namespace signaling {

// Thread-safe. One lock over all: an operation is about a microsecond, and atomicity across a room's sessions is what
// the engine is for. Lock order: this, then a sink's.
class MemoryEngine final : public Engine {
 public:
  MemoryEngine(const EngineOptions& options, const Clock& clock);
  ~MemoryEngine() override;

  void Open(const SessionId& id, const signaling::v1::Open& open, SessionSink* sink,
            std::uint64_t tag) override;
  void End(const SessionId& id, const SessionSink* holder,
           signaling::v1::Detach::Cause cause) override;
  void Apply(const SessionRef& session, signaling::v1::UpFrame* frame) override;
  void Alive(const SessionRef& session) override;
  void Acknowledge(const SessionRef& session, std::uint64_t seq) override;
  PullResult Pull(const SessionRef& session, std::uint64_t after_seq, std::uint32_t slot,
                  PullBudget* budget, signaling::v1::DownBatch* batch) override;
  void Expire() override;
  EngineStats Stats() const override;

 private:
  // What became of a frame: done, or to wait for `rival`, which has the wanted client_id.
  struct Outcome {
    Session* rival = nullptr;
  };

  Session* Find(const SessionRef& ref) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Numbering around Execute.
  void ApplyNow(Session* session, signaling::v1::UpFrame* frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Processed(Session* session, std::uint64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Outcome Execute(Session* session, signaling::v1::UpFrame* frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Outcome Join(Session* session, const signaling::v1::UpFrame& frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Leave(Session* session, const signaling::v1::UpFrame& frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Update(Session* session, signaling::v1::UpFrame* frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Outcome Signal(Session* session, signaling::v1::UpFrame* frame)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void Adopt(Session* session, const std::string& client_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // The seat.
  Room* FindRoom(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Room* TakeSeat(Session* session, const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Announce(Session* newcomer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FreeSeat(Session* session, signaling::v1::LeaveReason reason)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Opening and ending.
  void OpenNow(Session* session, const std::string& room) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Close(Session* session, signaling::v1::LeaveReason reason, signaling::v1::Closed closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Waiting for a rival's client_id.
  void Wait(Session* session, Session* rival, PendingClaim claim)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ResolveWaitersOf(const Session* rival, bool taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Resolve(Session* session, bool taken) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Ends the sessions whose outbox the operation overflowed, and all that follows from it.
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const EngineOptions options_;
  const Clock& clock_;

  mutable Mutex mu_;
  absl::flat_hash_map<SessionId, std::unique_ptr<Session>> sessions_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, std::unique_ptr<Room>> rooms_ ABSL_GUARDED_BY(mu_);
  std::vector<Session*> waiting_ ABSL_GUARDED_BY(mu_);
  // Ended in the running operation, which may still hold pointers to them.
  std::vector<std::unique_ptr<Session>> ended_ ABSL_GUARDED_BY(mu_);
  Delivery delivery_ ABSL_GUARDED_BY(mu_);
  Router router_ ABSL_GUARDED_BY(mu_);
  std::uint64_t last_epoch_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t last_join_order_ ABSL_GUARDED_BY(mu_) = 0;
  std::size_t participants_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace signaling
