// What Connect and Multiplex share: one read after the other is handled, and the stream's sessions.
#pragma once

#include <grpcpp/server_context.h>

#include "services/signaling/rpc/stream_writer.h"

namespace signaling {

template <typename Request, typename Response>
class StreamReactor : public StreamWriter<grpc::ServerBidiReactor<Request, Response>, Response> {
 public:
  void Tick() final { sessions_.Tick(); }

 protected:
  using Writer = StreamWriter<grpc::ServerBidiReactor<Request, Response>, Response>;

  StreamReactor(const StreamContext& context, grpc::CallbackServerContext* call,
                std::chrono::microseconds pause)
      : Writer(context, pause),
        call_(*call),
        sessions_(context.engine, context.ice_servers, context.queue, context.probe) {}

  // One request; an error ends the stream with it.
  virtual absl::Status OnRequest(Request* request) = 0;
  // The client will send no more, or its stream broke: `call_` knows which.
  virtual void OnHalfClose() = 0;
  // The next response. False: there is none.
  virtual bool Fill(Response* response) = 0;

  using Writer::context_;
  const grpc::CallbackServerContext& call_;
  StreamSessions sessions_;

 private:
  void OnStart() final {
    sessions_.set_stream(this->weak_from_this());
    this->StartRead(&request_);
  }

  void OnReadDone(bool ok) final {
    if (!ok) {
      OnHalfClose();
    } else if (const absl::Status status = OnRequest(&request_); !status.ok()) {
      this->TryFinish(ToGrpc(status));
    } else {
      this->StartRead(&request_);
    }
    context_.queue.Drain();
  }

  absl::StatusOr<bool> Next(Response* response) final {
    if (absl::Status fault = sessions_.fault(); !fault.ok()) return fault;
    return Fill(response);
  }

  void OnEnd() final {
    sessions_.DetachAll(DetachCause::kLinkBroken);
    context_.queue.Drain();
  }

  // Of the one read at a time.
  Request request_;
};

}  // namespace signaling
