// One unary call of the back office: checked, asked of the engine, answered from whichever thread has the answer.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "services/signaling/core/errors.h"
#include "services/signaling/core/requests.h"
#include "services/signaling/engine/back_office.h"
#include "services/signaling/rpc/status.h"

namespace signaling {

// Owns itself from Start to OnDone. A call that is cancelled, or whose deadline is over, ends at once; the engine's late
// answer then finds nobody.
template <typename Request, typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  using Method = void (BackOffice::*)(const Request&, Reply<Response>);

  // To be called by the service's method: until that returns, gRPC holds back what the reactor does.
  static grpc::ServerUnaryReactor* Start(BackOffice& office, Method method,
                                         grpc::CallbackServerContext* call, const Request* request,
                                         Response* response) {
    auto owned = std::make_shared<UnaryCall>(response);
    UnaryCall* raw = owned.get();
    raw->self_ = owned;
    if (absl::Status status = CheckRequest(*request); !status.ok()) {
      raw->TryFinish(ToGrpc(status));
    } else if (call->IsCancelled()) {
      raw->TryFinish(grpc::Status::CANCELLED);  // nobody waits, so nothing changes
    } else {
      (office.*method)(*request,
                       [weak = std::weak_ptr<UnaryCall>(owned)](absl::StatusOr<Response> result) {
                         if (const auto alive = weak.lock()) alive->Answer(std::move(result));
                       });
    }
    return raw;
  }

  explicit UnaryCall(Response* response) : response_(response) {}

 private:
  void Answer(absl::StatusOr<Response> result) {
    if (ended_.exchange(true)) return;
    // Only who ends the call may touch the response: after Finish it is gRPC's.
    if (result.ok()) *response_ = *std::move(result);
    Finish(result.ok() ? grpc::Status::OK : ToGrpc(result.status()));
  }

  void TryFinish(const grpc::Status& status) {
    if (!ended_.exchange(true)) Finish(status);
  }

  void OnCancel() override { TryFinish(grpc::Status::CANCELLED); }

  void OnDone() override { const std::shared_ptr<UnaryCall> last = std::move(self_); }

  Response* const response_;
  std::atomic<bool> ended_{false};
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace signaling
