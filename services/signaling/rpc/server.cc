#include "services/signaling/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/certificate_expiry.h"
#include "services/common/ids.h"
#include "services/common/log.h"
#include "services/common/mutex.h"
#include "services/signaling/rpc/call_metrics.h"
#include "services/signaling/rpc/connect.h"
#include "services/signaling/rpc/drain.h"
#include "services/signaling/rpc/metered_engine.h"
#include "services/signaling/rpc/multiplex.h"
#include "services/signaling/rpc/room_service.h"
#include "services/signaling/rpc/self_check.h"
#include "signaling/v1/signaling.grpc.pb.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::seconds kBeatPatience{5};
constexpr int kAgeReserveMs = 60'000;  // for streams that end late

// Health names: "" and the services for clients; liveness and readiness for probes.
constexpr const char* kHealthNames[] = {"signaling.v1.SignalingService", "signaling.v1.RoomService",
                                        "liveness", "readiness"};

class SignalingService final : public v1::SignalingService::CallbackService {
 public:
  explicit SignalingService(const StreamContext& context) : context_(context) {}

  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext* call) override {
    return StreamReactor<v1::ConnectRequest, v1::ConnectResponse>::Start(
        MakeConnect(context_, call));
  }

  grpc::ServerBidiReactor<v1::MultiplexRequest, v1::MultiplexResponse>* Multiplex(
      grpc::CallbackServerContext* call) override {
    return StreamReactor<v1::MultiplexRequest, v1::MultiplexResponse>::Start(
        MakeMultiplex(context_, call));
  }

 private:
  const StreamContext& context_;
};

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, const ServerParts& parts, prometheus::Registry& registry)
      : options_(options),
        ready_(parts.ready),
        probe_(registry),
        call_metrics_(registry),
        engine_(parts.engine, registry),
        calls_(parts.clock),
        certificate_expiry_(registry, "server"),
        scheduler_(kTick,
                   [this] {
                     engine_.Expire();
                     for (const auto& stream : streams_.Live()) stream->Tick();
                     queue_.Drain();
                     calls_.Tick();
                     TellHealth();
                   }),
        limits_(options.rate_limits, parts.clock, probe_),
        gate_(parts.authenticator, limits_, options.peers, !options.tls.client_ca_file.empty()),
        context_{{engine_, parts.authenticator, parts.ice_servers, parts.clock, options.token_life,
                  queue_, probe_},
                 gate_,
                 limits_,
                 calls_,
                 scheduler_,
                 streams_,
                 absl::ToChronoMicroseconds(options.flush_interval),
                 options.max_stream_age,
                 NewRandomId()},
        signaling_service_(context_),
        room_service_(MakeRoomService(context_)) {}

  ~Impl() { Shutdown(absl::ZeroDuration()); }

  absl::Status Listen() {
    if (!options_.tls.cert_file.empty()) {
      auto tls = ServerTls::Load(options_.tls, certificate_expiry_);
      if (!tls.ok()) return tls.status();
      tls_ = *std::move(tls);
    }
    grpc::EnableDefaultHealthCheckService(true);
    if (options_.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    const std::string target = HostPort(options_.address, options_.port);
    int port = 0;
    builder.AddListeningPort(target, tls_ ? tls_->credentials() : grpc::InsecureServerCredentials(),
                             &port);
    // Two servers on one port would share its connections at random.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Long streams, often silent: find the dead ones, and bear clients that ask as often.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // Streams that end are opened again on a new connection, maybe elsewhere, only if the old connection ends as well. It
    // says so at this age and is cut after the grace: by then every stream that it took before has had its time.
    if (options_.max_stream_age > absl::ZeroDuration()) {
      const auto age = static_cast<int>(absl::ToInt64Milliseconds(options_.max_stream_age));
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, age);
      builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, age + kAgeReserveMs);
    }
    builder.RegisterService(&signaling_service_);
    builder.RegisterService(room_service_.get());
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> counts;
    counts.push_back(call_metrics_.MakeInterceptors());
    builder.experimental().SetInterceptorCreators(std::move(counts));
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", target, ": is the port in use?"));
    }
    port_ = static_cast<std::uint16_t>(port);
    self_check_ =
        std::make_unique<SelfCheck>(HostPort(DialAddress(options_.address), port),
                                    tls_ ? SelfCheck::Greeting::kTls : SelfCheck::Greeting::kHttp2);
    {
      MutexLock lock(health_mu_);
      health_ = server_->GetHealthCheckService();
    }
    serving_ = true;
    TellHealth();
    return absl::OkStatus();
  }

  void Drain(absl::Duration timeout, double sessions_per_second) {
    if (server_ == nullptr) return;
    StopServing();
    DrainStreams(streams_, queue_, timeout, sessions_per_second);
  }

  void Shutdown(absl::Duration patience) {
    if (server_ == nullptr) return;
    StopServing();
    {
      MutexLock lock(health_mu_);
      health_ = nullptr;
    }
    const auto deadline = std::chrono::system_clock::now() + absl::ToChronoMilliseconds(patience);
    // Server::Shutdown alone never returns while a stream is open.
    EndStreams(streams_, patience);
    server_->Shutdown(deadline);
    server_->Wait();
    server_.reset();
  }

  absl::Status Healthy() const {
    if (Scheduler::Clock::now() - scheduler_.last_beat() > kBeatPatience) {
      return absl::UnavailableError("the thread of timers does not come round");
    }
    return serving_ && self_check_ != nullptr ? self_check_->status() : absl::OkStatus();
  }

  absl::Status Ready() const {
    if (!serving_) return absl::UnavailableError("not serving: starting or shutting down");
    return ready_ ? ready_() : absl::OkStatus();
  }

  std::uint16_t port() const { return port_; }
  std::size_t live_streams() const { return streams_.size(); }
  void SetRateLimits(const RateLimits& limits) { limits_.SetLimits(limits); }

 private:
  void StopServing() {
    serving_ = false;
    TellHealth();
    self_check_->Stop();  // not destroyed: Healthy may be asked on another thread
  }

  // Where it has changed.
  void TellHealth() {
    absl::Status ready;
    bool logged = false;  // the start is main's to log, and the end
    {
      MutexLock lock(health_mu_);
      ready = Ready();
      if (health_ == nullptr || told_serving_ == ready.ok()) return;
      logged = told_serving_ && serving_;
      told_serving_ = ready.ok();
      TellHealthOf(ready.ok());
    }
    if (logged && ready.ok()) log::Info("ready", {});
    if (logged && !ready.ok()) {
      log::Warning("not_ready", {{"error", std::string(ready.message())}});
    }
  }

  void TellHealthOf(bool serving) ABSL_EXCLUSIVE_LOCKS_REQUIRED(health_mu_) {
    for (const char* name : kHealthNames) {
      // A draining process is alive.
      health_->SetServingStatus(name, serving || std::string_view(name) == "liveness");
    }
  }

  // The thread of timers uses what stands before it.
  const ServerOptions options_;
  const std::function<absl::Status()> ready_;
  Probe probe_;
  CallMetrics call_metrics_;
  MeteredEngine engine_;
  CallLog calls_;
  const CertificateExpiry certificate_expiry_;
  FlushQueue queue_;
  StreamRegistry streams_;
  std::atomic<bool> serving_{false};
  Mutex health_mu_;
  grpc::HealthCheckServiceInterface* health_ ABSL_GUARDED_BY(health_mu_) = nullptr;
  std::optional<bool> told_serving_ ABSL_GUARDED_BY(health_mu_);
  Scheduler scheduler_;
  CallLimits limits_;
  const CallGate gate_;
  const StreamContext context_;
  SignalingService signaling_service_;
  const std::unique_ptr<v1::RoomService::CallbackService> room_service_;
  std::unique_ptr<ServerTls> tls_;  // null: without TLS
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<SelfCheck> self_check_;
  std::uint16_t port_ = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const ServerParts& parts,
                                                      prometheus::Registry& registry) {
  auto impl = std::make_unique<Impl>(options, parts, registry);
  if (absl::Status status = impl->Listen(); !status.ok()) return status;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
absl::Status Server::Healthy() const { return impl_->Healthy(); }
absl::Status Server::Ready() const { return impl_->Ready(); }
std::size_t Server::live_streams() const { return impl_->live_streams(); }
void Server::SetRateLimits(const RateLimits& limits) { impl_->SetRateLimits(limits); }
void Server::Drain(absl::Duration timeout, double sessions_per_second) {
  impl_->Drain(timeout, sessions_per_second);
}
void Server::Shutdown(absl::Duration patience) { impl_->Shutdown(patience); }

}  // namespace signaling
