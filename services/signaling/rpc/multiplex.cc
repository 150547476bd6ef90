#include "services/signaling/rpc/multiplex.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/log.h"
#include "services/signaling/core/access.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/rpc/session_log.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class Multiplex final : public StreamReactor<v1::MultiplexRequest, v1::MultiplexResponse> {
 public:
  Multiplex(const StreamContext& context, grpc::CallbackServerContext* call)
      : StreamReactor(context, call, context.flush_interval),
        peer_(call->peer()),
        traceparent_(Traceparent(*call)) {}

 private:
  void Authorize() override {
    context_.gate.Admit(call_, MayMultiplex,
                        [weak = weak_from_this()](const absl::StatusOr<Identity>& gateway) {
                          const auto alive = std::static_pointer_cast<Multiplex>(weak.lock());
                          if (alive != nullptr) alive->Begin(gateway);
                        });
  }

  void Begin(const absl::StatusOr<Identity>& gateway) {
    if (!gateway.ok()) {
      // Of an address that is slowed down it was said often enough.
      if (RefusalReason(gateway.status()) != Reason::kRateLimited &&
          context_.calls.MayTellRefused()) {
        log::Warning("gateway_refused", {{"caller", RefusedCaller(gateway.status())},
                                         {"error", std::string(gateway.status().message())},
                                         log::IfAny("traceparent", traceparent_)});
      }
      LogCallRefused(peer_, gateway.status());
      return TryFinish(ToGrpc(gateway.status()));
    }
    caller_ = gateway->client_id;
    lifetime_.Limit(Uptime(), gateway->expires - context_.clock.Now());
    BeginReading();
  }

  absl::Status OnRequest(v1::MultiplexRequest* request) override {
    if (request->has_hello()) return OnHello(request->hello());
    if (!greeted_) return absl::FailedPreconditionError("the first request has to be hello");
    if (!request->has_batch())
      return absl::InvalidArgumentError("a request without hello or batch");
    if (static_cast<std::size_t>(request->batch().frames_size()) > kMaxBatchFrames) {
      return absl::InvalidArgumentError("a batch of more than 1024 frames");
    }
    for (v1::UpFrame& frame : *request->mutable_batch()->mutable_frames()) {
      if (absl::Status status = sessions_.Handle(&frame); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status OnHello(const v1::GatewayHello& hello) {
    if (greeted_) return absl::InvalidArgumentError("a second hello");
    if (!hello.gateway_id().empty() && !IsValidId(hello.gateway_id())) {
      return absl::InvalidArgumentError(
          "gateway_id must be 1 to 128 characters of [A-Za-z0-9._~:@-]");
    }
    gateway_id_ = hello.gateway_id();
    greeted_ = true;
    log::Info("gateway_connected", {{"gateway_id", gateway_id_},
                                    {"caller", caller_},
                                    log::IfAny("traceparent", traceparent_)});
    context_.queue.Note(weak_from_this());
    return absl::OkStatus();
  }

  void OnHalfClose() override { TryFinish(grpc::Status::OK); }

  bool Fill(v1::MultiplexResponse* response) override {
    if (!greeted_) return false;
    if (!answered_) {
      answered_ = true;
      response->mutable_hello()->set_replica_id(context_.replica_id);
      response->mutable_hello()->set_authenticates(context_.authenticator.required());
      return true;
    }
    if (go_away_.exchange(false)) {
      SetDuration(lifetime_.Left(Uptime()), response->mutable_go_away()->mutable_deadline());
      return true;
    }
    return sessions_.Fill(kMaxBatchFrames, response->mutable_batch());
  }

  // Whether its sessions go elsewhere is the gateway's to say; those that it leaves here are closed when the service stops.
  void OnGoAway() override {
    go_away_ = true;
    context_.queue.Note(weak_from_this());
  }
  void OnDrain() override { OnGoAway(); }
  std::size_t SendAway(std::size_t count) override { return sessions_.SendAway(count); }

  DetachCause EndCause() const override { return DetachCause::kLinkBroken; }
  void OnEnded(std::size_t sessions) override {
    if (!greeted_) return;
    const grpc::Status end = end_status();
    log::Info("gateway_disconnected",
              {{"gateway_id", gateway_id_},
               {"caller", caller_},
               {"code", CodeName(end.error_code())},
               {"error", end.error_message()},
               {"sessions", std::uint64_t{sessions}},
               {"duration_ms", absl::ToInt64Milliseconds(Uptime() - began_)},
               log::IfAny("traceparent", traceparent_)});
  }

  // Constant after construction.
  const std::string peer_;  // for an answer so late that the call is gone
  const std::string traceparent_;
  const absl::Duration began_ = Uptime();

  std::string caller_;      // written before reading begins
  std::string gateway_id_;  // of the reader

  std::atomic<bool> go_away_{false};  // is to be told
  std::atomic<bool> greeted_{false};  // set by the reader, seen by the writer
  bool answered_ = false;             // of the writer
};

}  // namespace

std::shared_ptr<StreamReactor<v1::MultiplexRequest, v1::MultiplexResponse>> MakeMultiplex(
    const StreamContext& context, grpc::CallbackServerContext* call) {
  return std::make_shared<Multiplex>(context, call);
}

}  // namespace signaling
