// The link to the service over Multiplex: one stream for all sessions of a worker, opened again when it breaks. Not
// thread-safe: everything happens on the worker's thread. Owned by the worker; shut down before it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/instant.h"
#include "gateway/link/backoff.h"
#include "gateway/link/batcher.h"
#include "gateway/link/link.h"
#include "gateway/link/pacer.h"
#include "gateway/link/slot_table.h"
#include "gateway/link/stream.h"
#include "gateway/net.h"

namespace signaling::gateway {

class GrpcLink final : public Link, public Links, private Stream::Owner {
 public:
  struct Options {
    std::string service;
    std::string gateway_id;
    Duration flush_interval{};
    // Whether sessions can be opened, each time that changes.
    std::function<void(bool ready)> on_ready;
  };

  GrpcLink(IoContext& io, Options options);
  ~GrpcLink() override;

  void Start();
  // Sends what waits, ends the stream, and then calls `done`.
  void Shutdown(std::function<void()> done);
  // Keeps the deadlines of the greeting and of the end.
  void Tick(Instant now);

  bool ready() const { return greeted_ && !shutdown_done_; }

  // Links:
  Link* Pick() override { return ready() ? this : nullptr; }

  // Link:
  std::uint32_t Bind(Receiver& receiver) override { return slots_.Bind(receiver); }
  void Unbind(std::uint32_t slot) override { slots_.Unbind(slot); }
  signaling::v1::UpFrame& Next() override { return batcher_.Next(); }
  void Send(std::uint32_t slot, std::size_t bytes) override;

 private:
  void Connect();
  void ScheduleFlush();
  void Flush();
  void Dispatch(signaling::v1::DownFrame& frame);

  // Stream::Owner:
  void OnResponse(Stream::Response& response) override;
  void OnWritable() override { Flush(); }
  void OnStreamEnd(const grpc::Status& status) override;

  // Constant after construction.
  IoContext& io_;
  const Options options_;
  const std::unique_ptr<signaling::v1::SignalingService::Stub> stub_;

  std::unique_ptr<Stream> stream_;  // null while it waits for the next attempt
  Stream::Request hello_;
  bool greeted_ = false;
  Instant deadline_{};  // of the greeting, or of the end
  bool cancelled_ = false;
  Batcher batcher_;
  SlotTable slots_;
  Pacer pacer_;
  bool flush_scheduled_ = false;
  Timer flush_timer_;
  Backoff backoff_;
  Timer retry_timer_;
  std::function<void()> shutdown_done_;  // set from Shutdown on
};

}  // namespace signaling::gateway
