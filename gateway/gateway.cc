#include "gateway/gateway.h"

#include <boost/asio/post.hpp>
#include <numeric>
#include <utility>

#include "services/common/address.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/log.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::seconds kLongestTurn{5};
// Descriptors for what is no socket of a client: logs, loops, links, the internal port.
constexpr std::size_t kReservedDescriptors = 64;
constexpr std::size_t kDescriptorsOfAWorker = 8;
// A replica's connection, and the next one while it goes away.
constexpr std::size_t kDescriptorsOfAReplica = 2;

SessionSettings MakeSettings(const Config& config) {
  return {.connected = {.ping_interval = config.timeout / 3,
                        .timeout = config.timeout,
                        .max_message_bytes = config.max_message_bytes,
                        .max_metadata_bytes = kMaxMetadataBytes,
                        .max_app_message_bytes = kMaxAppMessageBytes,
                        .max_json_depth = static_cast<std::uint64_t>(config.max_json_depth),
                        .max_offer_candidates = kMaxKeptCandidates},
          .timeout = ToSteady(config.timeout),
          .handshake_timeout = ToSteady(config.handshake_timeout),
          .rate_limits = config.rate_limits};
}

std::size_t ReservedDescriptors(const Config& config, const ServiceTarget& service) {
  const std::size_t replicas = service.name.empty() ? service.replicas.size() : kMaxReplicas;
  return kReservedDescriptors + static_cast<std::size_t>(config.io_threads) *
                                    (kDescriptorsOfAWorker + kDescriptorsOfAReplica * replicas);
}

Admission::Limits MakeLimits(const Config& config, const ServiceTarget& service) {
  return {.max_sockets = RaiseDescriptorLimit(ReservedDescriptors(config, service)),
          .max_sessions = config.max_connections};
}

ServiceAccess::Options MakeAccess(const Config& config, const ServiceTarget& service) {
  return {.ca_file = config.service_ca,
          .cert_file = config.service_cert,
          .key_file = config.service_key,
          .token_file = config.service_token_file,
          .name = config.service_name.empty() && !config.service_ca.empty() ? service.name
                                                                            : config.service_name};
}

}  // namespace

absl::Status ReadFiles(Config* config) {
  const absl::StatusOr<ServiceTarget> service = ParseServiceTarget(config->service);
  if (!service.ok()) return service.status();
  if (absl::Status status = ServiceAccess(MakeAccess(*config, *service)).Read(); !status.ok()) {
    return status;
  }
  if (config->tls_cert.empty()) return absl::OkStatus();
  return TlsCertificate::Check(config->tls_cert, config->tls_key);
}

Gateway::Gateway(Config config, prometheus::Registry& registry)
    : config_(std::move(config)),
      // Declare has seen to it that there is a value.
      service_(ParseServiceTarget(config_.service).value()),
      settings_(MakeSettings(config_)),
      probe_(registry),
      access_(MakeAccess(config_, service_), CertificateExpiry(registry, "client")),
      link_{.gateway_id = NewRandomId(),
            .flush_interval = ToSteady(config_.link_flush_interval),
            .access = access_,
            .probe = probe_,
            .refuses_open_service = !config_.allow_anonymous && !IsLoopback(config_.address)},
      admission_(MakeLimits(config_, service_)),
      addresses_(config_.rate_limits),
      certificate_expiry_(registry, "server"),
      shared_{.config = config_,
              .service = service_,
              .settings = settings_,
              .admission = admission_,
              .addresses = addresses_,
              .probe = probe_,
              .link = link_,
              .on_ready_change = [this] { OnReadyChange(); }} {
  for (int i = 0; i < config_.io_threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(shared_));
  }
  listener_ = std::make_unique<Listener>(workers_, admission_);
}

Gateway::~Gateway() { Stop(); }

absl::Status Gateway::Start() {
  if (absl::Status status = access_.Load(); !status.ok()) return status;
  if (!config_.tls_cert.empty()) {
    auto loaded = TlsCertificate::Load(config_.tls_cert, config_.tls_key, certificate_expiry_);
    if (!loaded.ok()) return loaded.status();
    certificate_ = *std::move(loaded);
    certificate_->Watch();
    shared_.certificate = certificate_.get();
  }
  if (absl::Status status = listener_->Open(config_.address, config_.port); !status.ok()) {
    return status;
  }
  started_ = true;
  for (const auto& worker : workers_) worker->Start();
  net::post(workers_.front()->io(), [this] { listener_->Accept(); });
  return absl::OkStatus();
}

std::uint16_t Gateway::port() const { return listener_->port(); }

void Gateway::Stop() {
  if (!started_ || stopping_.exchange(true)) return;
  const Instant began = std::chrono::steady_clock::now();
  log::Info("drain_begins",
            {{"sessions", std::uint64_t{admission_.sessions()}},
             {"timeout_ms", std::int64_t{absl::ToInt64Milliseconds(config_.drain_timeout)}}});
  net::post(workers_.front()->io(), [this] { listener_->Close(); });
  for (const auto& worker : workers_) worker->Drain();
  for (const auto& worker : workers_) worker->Join();
  std::uint64_t told = 0;
  std::uint64_t late = 0;
  for (const auto& worker : workers_) {
    told += worker->drain().told();
    late += worker->drain().late();
  }
  const absl::Duration took = absl::FromChrono(std::chrono::steady_clock::now() - began);
  log::Info("drain_ended", {{"told", told},
                            {"late", late},
                            {"duration_ms", std::int64_t{absl::ToInt64Milliseconds(took)}}});
}

void Gateway::Reload(const Config& config) {
  log::SetLevel(config.log_level);
  admission_.SetMaxSessions(config.max_connections);
  addresses_.SetLimits(config.rate_limits);
  const auto next = std::make_shared<const Config>(config);
  for (const auto& worker : workers_) worker->Reload(next);
}

absl::Status Gateway::Healthy() const {
  const Instant now = std::chrono::steady_clock::now();
  for (const auto& worker : workers_) {
    if (now - worker->beat() > kLongestTurn) {
      return absl::UnavailableError("a worker's loop does not go round");
    }
  }
  return absl::OkStatus();
}

absl::Status Gateway::Ready() const {
  if (stopping_) return absl::UnavailableError("draining");
  for (const auto& worker : workers_) {
    if (worker->ready()) continue;
    const std::string trouble = worker->trouble();
    return absl::UnavailableError(trouble.empty() ? "the signaling service cannot be reached"
                                                  : trouble);
  }
  return absl::OkStatus();
}

std::size_t Gateway::waiting_bytes() const {
  return std::accumulate(
      workers_.begin(), workers_.end(), std::size_t{0},
      [](std::size_t sum, const auto& worker) { return sum + worker->waiting_bytes(); });
}

std::size_t Gateway::links() const {
  return std::accumulate(workers_.begin(), workers_.end(), std::size_t{0},
                         [](std::size_t sum, const auto& worker) { return sum + worker->links(); });
}

void Gateway::OnReadyChange() {
  // The last of several workers to come sees what all of them have made of it.
  MutexLock lock(told_mu_);
  const absl::Status ready = Ready();
  if (stopping_ || ready.ok() == told_ready_) return;
  told_ready_ = ready.ok();
  if (ready.ok()) return log::Info("ready", {});
  log::Warning("not_ready", {{"error", std::string(ready.message())}});
}

}  // namespace signaling::gateway
