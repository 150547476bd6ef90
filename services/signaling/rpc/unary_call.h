// One unary call of the back office: admitted, checked, asked of the engine, answered from whichever thread has the answer.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "services/common/mutex.h"
#include "services/signaling/core/access.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/core/requests.h"
#include "services/signaling/engine/back_office.h"
#include "services/signaling/rpc/call_audit.h"
#include "services/signaling/rpc/session_log.h"
#include "services/signaling/rpc/status.h"
#include "services/signaling/rpc/stream_writer.h"

namespace signaling {

// Owns itself from Start to OnDone. A call that is cancelled, or whose deadline is over, ends at once; the engine's late
// answer then finds nobody.
template <typename Request, typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor,
                        public std::enable_shared_from_this<UnaryCall<Request, Response>> {
 public:
  using Method = void (BackOffice::*)(const Request&, Reply<Response>);

  // To be called by the service's method: until that returns, gRPC holds back what the reactor does.
  static grpc::ServerUnaryReactor* Start(const StreamContext& context, Method method,
                                         grpc::CallbackServerContext* call, const Request* request,
                                         Response* response) {
    auto owned = std::make_shared<UnaryCall>(context, method, call, request, response);
    UnaryCall* raw = owned.get();
    raw->self_ = owned;
    context.gate.Admit(*call, MayAdminister,
                       [weak = raw->weak_from_this()](const absl::StatusOr<Identity>& caller) {
                         if (const auto alive = weak.lock()) alive->Run(caller);
                       });
    return raw;
  }

  UnaryCall(const StreamContext& context, Method method, grpc::CallbackServerContext* call,
            const Request* request, Response* response)
      : context_(context),
        method_(method),
        call_(*call),
        request_(*request),
        response_(response),
        audit_(context.calls, MethodOf(*Request::descriptor()), *call) {}

 private:
  // A client that waits no longer cancels, which may be here before this end's timer; and that rounds.
  static constexpr std::chrono::milliseconds kDeadlineSlack{10};

  void Run(const absl::StatusOr<Identity>& caller) {
    absl::Status status = audit_.Admitted(caller);
    if (status.ok()) status = context_.limits.OnCall(caller->client_id, call_.peer());
    const bool refused = !status.ok();
    if (refused) audit_.Refused();
    if (status.ok()) status = CheckRequest(request_);
    if (!status.ok()) {
      if (refused) LogCallRefused(call_.peer(), status);
      End(status);
    } else if (call_.IsCancelled()) {
      End(Cancelled());  // nobody waits, so nothing changes
    } else {
      audit_.About(SubjectOf(request_));
      (context_.engine.back_office().*method_)(
          request_, [weak = this->weak_from_this()](absl::StatusOr<Response> result) {
            if (const auto alive = weak.lock()) alive->Answer(std::move(result));
          });
      context_.queue.Drain();
    }
    {
      MutexLock lock(mu_);
      running_ = false;
      if (!end_) return;
    }
    Close(*end_);
  }

  void Answer(absl::StatusOr<Response> result) { End(result.status(), &result); }

  // The first one counts.
  void End(const absl::Status& status, absl::StatusOr<Response>* result = nullptr) {
    {
      MutexLock lock(mu_);
      if (end_) return;
      // Only who ends the call may touch the response: after Finish it is gRPC's.
      if (result != nullptr && result->ok()) *response_ = *std::move(*result);
      end_ = status;
      if (running_) return;
    }
    Close(status);  // without the lock: what it is in may be gone when this returns
  }

  // Once, by whoever ends the call.
  void Close(const absl::Status& status) {
    audit_.Write(status, *response_);
    Finish(ToGrpc(status));
  }

  absl::Status Cancelled() const {
    // What gRPC tells the client by itself.
    if (call_.deadline() - kDeadlineSlack <= std::chrono::system_clock::now())
      return absl::DeadlineExceededError("");
    return absl::CancelledError("");
  }

  void OnCancel() override { End(Cancelled()); }

  void OnDone() override { const std::shared_ptr<UnaryCall> last = std::move(self_); }

  // Constant after construction; the call, the request and the response are gRPC's, and there until Finish.
  const StreamContext& context_;
  const Method method_;
  const grpc::CallbackServerContext& call_;
  const Request& request_;
  Response* const response_;

  CallAudit audit_;  // of Run, and then of who ends the call

  Mutex mu_;
  std::optional<absl::Status> end_;  // written once, under mu_
  // From Start until the engine has the request: that is gRPC's, and gone soon after Finish.
  bool running_ ABSL_GUARDED_BY(mu_) = true;

  std::shared_ptr<UnaryCall> self_;
};

}  // namespace signaling
