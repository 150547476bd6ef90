// The sessions of one stream: from frames to the engine, and from the engine to frames. No gRPC in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "services/common/mutex.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/flush_queue.h"
#include "services/signaling/rpc/ice_grants.h"
#include "services/signaling/rpc/ice_servers.h"
#include "services/signaling/rpc/probe.h"
#include "services/signaling/rpc/slots.h"

namespace signaling {

// Thread-safe, with one caller of Handle and one of Fill at a time. Owned by its stream, which must call DetachAll before
// it goes. Lock order: the engine's, then this, then the flush queue's and
// that of the ICE servers.
class StreamSessions final : public SessionSink {
 public:
  StreamSessions(Engine& engine, const IceServers& ice_servers, FlushQueue& queue, Probe& probe)
      : engine_(engine), queue_(queue), probe_(probe), ice_(ice_servers, probe) {}

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

  void OnOpened(std::uint64_t tag, signaling::v1::Opened opened) override;
  void OnUnsent(std::uint64_t tag) override;
  void OnApplied(std::uint64_t tag, std::uint64_t last_id) override;
  void OnGap(std::uint64_t tag, std::uint64_t last_id) override;
  void OnProbe(std::uint64_t tag) override;
  void OnClosed(std::uint64_t tag, signaling::v1::Closed closed) override;

  absl::Status Open(std::uint32_t number, const signaling::v1::Open& open);
  absl::Status Attach(std::uint32_t number, const signaling::v1::Attach& attach);
  void Close(std::uint32_t number, Slot& slot, signaling::v1::Closed closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ApplyChecked(const SessionRef& session, signaling::v1::UpFrame* frame);

  void NoteStream() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishWork(PullBudget* budget, signaling::v1::DownBatch* batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  Engine& engine_;
  FlushQueue& queue_;
  Probe& probe_;
  IceGrants ice_;  // thread-safe itself
  std::weak_ptr<Flushable> stream_;

  // Of the one caller of Fill.
  std::vector<Slots::Dirty> dirty_;
  std::vector<Work> work_;

  mutable Mutex mu_;
  Slots slots_ ABSL_GUARDED_BY(mu_);
  bool takes_no_more_ ABSL_GUARDED_BY(mu_) = false;
  bool noted_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace signaling
