// The gateway without its process: workers, listener and what they share. Thread-safe after Start. Owned by main or a
// test.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "gateway/admission.h"
#include "gateway/config.h"
#include "gateway/link/link_options.h"
#include "gateway/link/service_access.h"
#include "gateway/link/service_target.h"
#include "gateway/listener.h"
#include "gateway/probe.h"
#include "gateway/tls/certificate.h"
#include "gateway/worker.h"
#include "prometheus/registry.h"
#include "services/common/address_limiter.h"
#include "services/common/certificate_expiry.h"
#include "services/common/mutex.h"

namespace signaling::gateway {

class Gateway {
 public:
  Gateway(Config config, prometheus::Registry& registry);
  // Stops first, where that has not been done.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Reads certificates and token, and binds the port; an error is the caller's to report.
  absl::Status Start();
  std::uint16_t port() const;
  // Takes no more connections, sends the sessions away at their pace (for the drain timeout at most), and ends all
  // threads.
  void Stop();

  // Takes what of it reloads; the rest is as it was. From one thread, after Start.
  void Reload(const Config& config);

  // Every worker's loop goes round.
  absl::Status Healthy() const;
  // Every worker can open sessions.
  absl::Status Ready() const;

  const Admission& admission() const { return admission_; }
  // Of all workers, as Worker says.
  std::size_t waiting_bytes() const;
  std::size_t links() const;

 private:
  // Called on the workers' threads.
  void OnReadyChange() ABSL_LOCKS_EXCLUDED(told_mu_);

  // Constant after construction.
  const Config config_;
  const ServiceTarget service_;
  const SessionSettings settings_;
  Probe probe_;
  ServiceAccess access_;
  const LinkOptions link_;

  Admission admission_;
  AddressLimiter addresses_;
  const CertificateExpiry certificate_expiry_;
  std::unique_ptr<TlsCertificate> certificate_;
  Worker::Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Listener> listener_;
  std::atomic<bool> started_{false};
  std::atomic<bool> stopping_{false};

  Mutex told_mu_;
  bool told_ready_ ABSL_GUARDED_BY(told_mu_) = false;
};

}  // namespace signaling::gateway
