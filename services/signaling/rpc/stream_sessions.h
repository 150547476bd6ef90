// The sessions of one stream: from frames to the engine, and from the engine to frames. No gRPC in here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/common/mutex.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/flush_queue.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/probe.h"

namespace signaling {

// Thread-safe, with one caller of Handle and one of Fill at a time. Owned by its stream, which must call DetachAll before
// it goes. Lock order: the engine's, then this, then the flush queue's.
class StreamSessions final : public SessionSink {
 public:
  StreamSessions(Engine& engine, const IceServers& ice_servers, FlushQueue& queue, Probe& probe)
      : engine_(engine), ice_servers_(ice_servers), queue_(queue), probe_(probe) {}

  // Before anything else: who is flushed when there is something to write.
  void set_stream(std::weak_ptr<Flushable> stream) { stream_ = std::move(stream); }

  // Acts on one frame, whose contents may be taken. An error is the sender's breach of the contract: the stream ends.
  absl::Status Handle(signaling::v1::UpFrame* frame);

  // Appends what is to be written, at most `max_frames`. False: there is nothing.
  bool Fill(std::size_t max_frames, signaling::v1::DownBatch* batch);

  // Lets acknowledgements out that found no frame to ride on, and renews ICE servers. To be called every 100 ms.
  void Tick();

  // Lets go of every session; afterwards the engine calls this no more.
  void DetachAll(DetachCause cause);

  // Not OK: a frame came out of order, and the stream has to end.
  absl::Status fault() const;

 private:
  struct Slot {
    SessionId id;
    std::uint64_t epoch = 0;  // 0: still opening
    std::chrono::steady_clock::time_point opening_since;
    std::uint64_t sent_seq = 0;
    std::uint64_t last_id = 0;
    std::uint64_t acked_id = 0;
    std::uint32_t unacknowledged = 0;
    bool dirty = false;
    bool closed = false;  // its last frame waits to be written; only then is the slot free
    bool ack_waiting = false;
    absl::Duration ice_renewal =
        absl::InfiniteDuration();  // when its ICE servers are to be renewed
  };
  struct Work {
    std::uint32_t slot;
    SessionRef session;
    PullResult pulled;
    int first_frame;
  };

  void OnOpened(std::uint64_t tag, signaling::v1::Opened opened) override;
  void OnUnsent(std::uint64_t tag) override;
  void OnApplied(std::uint64_t tag, std::uint64_t last_id) override;
  void OnGap(std::uint64_t tag, std::uint64_t last_id) override;
  void OnProbe(std::uint64_t tag) override;
  void OnClosed(std::uint64_t tag, signaling::v1::Closed closed) override;

  absl::Status Open(std::uint32_t slot, const signaling::v1::Open& open);
  void ApplyChecked(const SessionRef& session, signaling::v1::UpFrame* frame);

  Slot* Find(std::uint64_t tag) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  signaling::v1::DownFrame& AddControl(std::uint64_t tag) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MarkDirty(std::uint32_t number, Slot& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteStream() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void TakeWork(PullBudget* budget, signaling::v1::DownBatch* batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishWork(PullBudget* budget, signaling::v1::DownBatch* batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SetIceServers(signaling::v1::DownBatch* batch);
  signaling::v1::IceServers MakeIceServers(const std::string& session_id);
  void PlanIceRenewal(std::uint32_t number, Slot& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RenewIceServers();
  void Count(const signaling::v1::DownBatch& batch);

  // Constant after construction.
  Engine& engine_;
  const IceServers& ice_servers_;
  FlushQueue& queue_;
  Probe& probe_;
  std::weak_ptr<Flushable> stream_;

  // Of the one caller of Fill.
  std::vector<Work> work_;

  mutable Mutex mu_;
  absl::flat_hash_map<std::uint32_t, Slot> slots_ ABSL_GUARDED_BY(mu_);
  // opened, closed, probe, notice
  std::vector<signaling::v1::DownFrame> controls_ ABSL_GUARDED_BY(mu_);
  std::vector<std::uint32_t> dirty_
      ABSL_GUARDED_BY(mu_);  // have events or an acknowledgement to send
  std::vector<std::uint32_t> ack_waiting_
      ABSL_GUARDED_BY(mu_);  // have one that may wait for the tick
  // Slots by the time of their renewal.
  absl::btree_set<std::pair<absl::Duration, std::uint32_t>> ice_renewals_ ABSL_GUARDED_BY(mu_);
  bool noted_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status fault_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
