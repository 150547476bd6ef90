// What Connect and Multiplex share: one read after the other is handled, one write at a time, one end.
//
// The callback API aborts on a second StartWrite, crashes on a second Finish, and never calls OnDone without one; so
// all three go through here. A reactor owns itself from Start to OnDone.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "services/common/mutex.h"
#include "services/signaling/rpc/scheduler.h"
#include "services/signaling/rpc/status.h"
#include "services/signaling/rpc/stream_registry.h"
#include "services/signaling/rpc/stream_sessions.h"

namespace signaling {

// What a stream needs of its server. Outlives every stream.
struct StreamContext {
  Engine& engine;
  FlushQueue& queue;
  Scheduler& scheduler;
  StreamRegistry& registry;
  Probe& probe;
  std::chrono::microseconds flush_interval;
  std::string replica_id;
};

template <typename Request, typename Response>
class StreamReactor : public grpc::ServerBidiReactor<Request, Response>,
                      public Stream,
                      public std::enable_shared_from_this<StreamReactor<Request, Response>> {
 public:
  // Hands the reactor to itself and begins to read.
  static grpc::ServerBidiReactor<Request, Response>* Start(std::shared_ptr<StreamReactor> reactor) {
    StreamReactor* raw = reactor.get();
    raw->sessions_.set_stream(reactor);
    raw->self_ = reactor;
    raw->context_.probe.StreamOpened();
    if (raw->context_.registry.Add(raw, reactor)) {
      raw->StartRead(&raw->request_);
    } else {
      raw->TryFinish(ShuttingDown());
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

  void Tick() final { sessions_.Tick(); }
  void Shutdown() final { TryFinish(ShuttingDown()); }

 protected:
  StreamReactor(const StreamContext& context, grpc::CallbackServerContext* call,
                std::chrono::microseconds pause)
      : context_(context),
        call_(*call),
        sessions_(context.engine, context.queue, context.probe),
        pause_(pause) {}

  // One request; an error ends the stream with it.
  virtual absl::Status OnRequest(Request* request) = 0;
  // The client will send no more, or its stream broke: `call_` knows which.
  virtual void OnHalfClose() = 0;
  // The next response. False: there is none.
  virtual bool Fill(Response* response) = 0;
  // After a response was written: the status to end with, if it was the last.
  virtual std::optional<grpc::Status> EndAfterWrite() = 0;

  void TryFinish(const grpc::Status& status) {
    MutexLock lock(write_mu_);
    FinishLocked(status);
  }

  const StreamContext& context_;
  const grpc::CallbackServerContext& call_;
  StreamSessions sessions_;

 private:
  static grpc::Status ShuttingDown() {
    return {grpc::StatusCode::UNAVAILABLE, "the service is shutting down"};
  }

  void OnReadDone(bool ok) final {
    if (!ok) {
      OnHalfClose();
    } else if (const absl::Status status = OnRequest(&request_); !status.ok()) {
      TryFinish(ToGrpc(status));
    } else {
      this->StartRead(&request_);
    }
    context_.queue.Drain();
  }

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
    sessions_.EndAll(signaling::v1::Detach::CAUSE_BROKEN);
    context_.queue.Drain();
    context_.probe.StreamClosed();
    context_.registry.Remove(this);
    const std::shared_ptr<StreamReactor> last = std::move(self_);
  }

  void WriteNext(Scheduler::Clock::time_point now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_) {
    timed_ = false;
    if (const absl::Status fault = sessions_.fault(); !fault.ok())
      return FinishLocked(ToGrpc(fault));
    response_.Clear();
    if (!Fill(&response_)) return;
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
    this->Finish(status);
  }

  const std::chrono::microseconds pause_;  // between the starts of two writes

  // Of the one read at a time.
  Request request_;

  // Lock order: this, then the engine's.
  Mutex write_mu_;
  Response response_;  // gRPC's while writing_
  bool writing_ ABSL_GUARDED_BY(write_mu_) = false;
  bool finished_ ABSL_GUARDED_BY(write_mu_) = false;
  bool timed_ ABSL_GUARDED_BY(write_mu_) = false;
  std::optional<grpc::Status> pending_finish_ ABSL_GUARDED_BY(write_mu_);
  Scheduler::Clock::time_point next_write_ ABSL_GUARDED_BY(write_mu_);

  std::shared_ptr<StreamReactor> self_;
};

}  // namespace signaling
