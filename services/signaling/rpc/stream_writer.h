// The writing half of every stream: one write at a time, one end, and a life from Start to OnDone.
//
// The callback API aborts on a second StartWrite, crashes on a second Finish, and never calls OnDone without one; so
// all three go through here.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "services/common/mutex.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/call_gate.h"
#include "services/signaling/rpc/call_log.h"
#include "services/signaling/rpc/scheduler.h"
#include "services/signaling/rpc/status.h"
#include "services/signaling/rpc/stream_lifetime.h"
#include "services/signaling/rpc/stream_registry.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {

// What a call needs of its server. Outlives every call.
struct StreamContext : SessionsContext {
  const CallGate& gate;
  CallLimits& limits;
  CallLog& calls;
  Scheduler& scheduler;
  StreamRegistry& registry;
  std::chrono::microseconds flush_interval;
  absl::Duration max_stream_age;  // 0: any
  std::string replica_id;
};

// `Reactor` is gRPC's class for the kind of stream. Thread-safe. Owns itself from Start to OnDone.
template <typename Reactor, typename Response>
class StreamWriter : public Reactor,
                     public Stream,
                     public std::enable_shared_from_this<StreamWriter<Reactor, Response>> {
 public:
  // Hands the stream to itself and lets it begin.
  static Reactor* Start(std::shared_ptr<StreamWriter> stream) {
    StreamWriter* raw = stream.get();
    raw->self_ = stream;
    raw->context_.probe.StreamOpened();
    if (raw->context_.registry.Add(raw, stream)) {
      raw->OnStart();
    } else {
      raw->Shutdown();
    }
    return raw;
  }

  // Flushable: writes now, or at the end of the pause that the last write began.
  void Flush() final {
    MutexLock lock(write_mu_);
    if (writing_ || finished_) return;  // OnWriteDone comes back here
    const auto now = Scheduler::Clock::now();
    if (now < next_write_) {
      if (!std::exchange(timed_, true))
        context_.scheduler.FlushAt(next_write_, this->weak_from_this());
      return;
    }
    WriteNext(now);
  }

  void Shutdown() final { TryFinish(ToGrpc(ShuttingDown())); }

  void Tick() final {
    switch (lifetime_.Next(Uptime())) {
      case StreamLifetime::Step::kNone: return OnTick();
      case StreamLifetime::Step::kGoAway: return OnGoAway();
      case StreamLifetime::Step::kEnd:
        return TryFinish(
            ToGrpc(Refusal(Reason::kDraining, "the stream has had its time: open another one")));
    }
  }

 protected:
  StreamWriter(const StreamContext& context, std::chrono::microseconds pause)
      : context_(context),
        lifetime_(context.max_stream_age, Uptime(), absl::Uniform(absl::BitGen(), 0.0, 1.0)),
        pause_(pause) {}

  static absl::Duration Uptime() {
    return absl::FromChrono(Scheduler::Clock::now().time_since_epoch());
  }
  static absl::Status ShuttingDown() {
    return Refusal(Reason::kDraining, "the service is shutting down");
  }

  virtual void OnTick() {}
  // The stream ends with its lifetime_, soon.
  virtual void OnGoAway() {}

  virtual void OnStart() = 0;
  // The last call; what still knows this stream has to forget it.
  virtual void OnEnd() = 0;
  // The next response. False: there is none. An error ends the stream. One caller at a time.
  virtual absl::StatusOr<bool> Next(Response* response) = 0;
  // After a response was written: the status to end with, if it was the last.
  virtual std::optional<grpc::Status> EndAfterWrite() { return std::nullopt; }

  // After the write that is on its way; the first status stays.
  void TryFinish(const grpc::Status& status) {
    MutexLock lock(write_mu_);
    FinishLocked(status);
  }

  // Begins what must not begin any more when the stream has been ended: `begin` only starts an operation of gRPC.
  template <typename Begin>
  void IfNotEnding(Begin begin) {
    MutexLock lock(write_mu_);
    if (!finished_ && !pending_finish_) begin();
  }

  // The stream has been ended from here, or is as soon as a write is done.
  bool ending() const {
    MutexLock lock(write_mu_);
    return finished_ || pending_finish_;
  }

  // What it ended with. In OnEnd.
  grpc::Status end_status() const {
    MutexLock lock(write_mu_);
    return end_status_;
  }

  const StreamContext& context_;
  StreamLifetime lifetime_;

 private:
  void OnWriteDone(bool ok) final {
    {
      MutexLock lock(write_mu_);
      writing_ = false;
      if (!ok) FinishLocked(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the stream broke"));
      if (const auto status = EndAfterWrite()) FinishLocked(*status);
      if (pending_finish_) FinishLocked(*std::exchange(pending_finish_, std::nullopt));
    }
    Flush();
  }

  void OnCancel() final { TryFinish(grpc::Status::CANCELLED); }

  void OnDone() final {
    OnEnd();
    context_.probe.StreamClosed();
    context_.registry.Remove(this);
    const std::shared_ptr<StreamWriter> last = std::move(self_);
  }

  void WriteNext(Scheduler::Clock::time_point now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_) {
    timed_ = false;
    response_.Clear();
    const absl::StatusOr<bool> filled = Next(&response_);
    if (!filled.ok()) return FinishLocked(ToGrpc(filled.status()));
    if (!*filled) return;
    next_write_ = now + pause_;
    writing_ = true;
    this->StartWrite(&response_);
  }

  void FinishLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_) {
    if (finished_) return;
    if (writing_) {
      if (!pending_finish_) pending_finish_ = status;
      return;
    }
    finished_ = true;
    end_status_ = status;
    this->Finish(status);
  }

  const std::chrono::microseconds pause_;  // between the starts of two writes

  // Lock order: this, then the engine's.
  mutable Mutex write_mu_;
  Response response_;  // gRPC's while writing_
  bool writing_ ABSL_GUARDED_BY(write_mu_) = false;
  bool finished_ ABSL_GUARDED_BY(write_mu_) = false;
  bool timed_ ABSL_GUARDED_BY(write_mu_) = false;
  grpc::Status end_status_ ABSL_GUARDED_BY(write_mu_);
  std::optional<grpc::Status> pending_finish_ ABSL_GUARDED_BY(write_mu_);
  Scheduler::Clock::time_point next_write_ ABSL_GUARDED_BY(write_mu_);

  std::shared_ptr<StreamWriter> self_;
};

}  // namespace signaling
