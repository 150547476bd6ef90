// One attempt at the Multiplex stream, from its start to its end. gRPC's threads post to the worker, once for each batch
// that comes; everything else happens on the worker's thread. Owned by the link, destroyed in Owner::OnStreamEnd.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

#include "gateway/net.h"
#include "services/common/mutex.h"
#include "signaling/v1/signaling.grpc.pb.h"

namespace signaling::gateway {

class Stream final : public grpc::ClientBidiReactor<signaling::v1::MultiplexRequest,
                                                    signaling::v1::MultiplexResponse> {
 public:
  using Request = signaling::v1::MultiplexRequest;
  using Response = signaling::v1::MultiplexResponse;

  // Called on the worker's thread.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnResponse(Response& response) = 0;
    // A write that was refused can be tried again.
    virtual void OnWritable() = 0;
    // Last; the stream may be destroyed.
    virtual void OnStreamEnd(const grpc::Status& status) = 0;
  };

  Stream(IoContext& io, Owner& owner);
  ~Stream() override;

  // `token` is shown to the service; empty: there is none.
  void Start(signaling::v1::SignalingService::Stub& stub, const std::string& token);
  // True: the write has begun, and `request` must stay until the next call. False: one is outstanding, OnWritable
  // follows.
  bool TryWrite(const Request& request);
  bool CanWrite();
  // No write follows; the service ends the stream.
  void Finish();
  void Cancel();

 private:
  // What has come and is not handled yet.
  static constexpr std::size_t kResponses = 4;

  enum class WriteState : std::uint8_t { kIdle, kWriting, kWanted };

  // gRPC's threads:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void Handle(std::size_t index);
  void OnReadsOver();

  // Constant after construction.
  IoContext& io_;
  Owner& owner_;

  grpc::ClientContext context_;
  std::array<Response, kResponses> responses_;
  std::size_t reading_ = 0;  // into which is read; of who starts the read
  std::atomic<std::size_t> unhandled_{0};
  std::atomic<WriteState> write_state_{WriteState::kIdle};
  bool over_ = false;      // reads are; of the worker's thread
  bool finished_ = false;  // of the worker's thread
  Mutex done_mu_;          // held while OnDone posts, so that the stream stays until it has
};

}  // namespace signaling::gateway
