// What Connect and Multiplex share: one read after the other is handled, and the stream's sessions.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>

#include "services/signaling/rpc/stream_writer.h"

namespace signaling {

template <typename Request, typename Response>
class StreamReactor : public StreamWriter<grpc::ServerBidiReactor<Request, Response>, Response> {
 public:
  std::size_t BeginDrain(absl::Duration left) final {
    const std::size_t sessions = sessions_.TakeNoMore();
    draining_ = true;
    if (lifetime_.EndBy(Writer::Uptime() + left)) OnDrain();
    context_.queue.Note(this->weak_from_this());
    return sessions;
  }

 protected:
  using Writer = StreamWriter<grpc::ServerBidiReactor<Request, Response>, Response>;

  StreamReactor(const StreamContext& context, grpc::CallbackServerContext* call,
                std::chrono::microseconds pause)
      : Writer(context, pause), call_(*call), sessions_(context) {}

  // Who calls may do so, or the stream ends. Begins to read where it may.
  virtual void Authorize() { BeginReading(); }
  void BeginReading() {
    this->IfNotEnding([this] { this->StartRead(&request_); });
  }

  // Whether the next request may be read when this one is handled; else when a later tick says so.
  virtual bool ReadsOn() { return true; }
  virtual bool ReadsAgain() { return false; }

  // One request; an error ends the stream with it.
  virtual absl::Status OnRequest(Request* request) = 0;
  // The client will send no more, or its stream broke: `call_` knows which.
  virtual void OnHalfClose() = 0;
  // The next response. False: there is none.
  virtual bool Fill(Response* response) = 0;
  // The server stops, and the client was not told yet that the stream ends.
  virtual void OnDrain() {}
  // What becomes of the sessions that are left at the end of the stream.
  virtual DetachCause EndCause() const = 0;
  // The end, with so many left.
  virtual void OnEnded(std::size_t /*sessions*/) {}

  using Writer::context_;
  using Writer::lifetime_;
  const grpc::CallbackServerContext& call_;
  StreamSessions sessions_;

 private:
  void OnStart() final {
    sessions_.set_stream(this->weak_from_this());
    Authorize();
  }

  void OnReadDone(bool ok) final {
    if (!ok) {
      // Of a stream that ends from here the read fails as well, which is no half-close.
      if (!this->ending()) OnHalfClose();
    } else {
      const absl::Status status = OnRequest(&request_);
      if (!status.ok()) {
        this->TryFinish(ToGrpc(status));
      } else if (ReadsOn()) {
        this->StartRead(&request_);
      }
    }
    context_.queue.Drain();
  }

  absl::StatusOr<bool> Next(Response* response) final {
    if (Fill(response)) return true;
    if (draining_ && sessions_.empty()) return Writer::ShuttingDown();
    return false;
  }

  void OnTick() final {
    sessions_.Tick();
    if (ReadsAgain()) BeginReading();
  }

  void OnEnd() final {
    const std::size_t left = sessions_.DetachAll(EndCause());
    context_.queue.Drain();
    OnEnded(left);
  }

  std::atomic<bool> draining_{false};

  // Of the one read at a time.
  Request request_;
};

}  // namespace signaling
