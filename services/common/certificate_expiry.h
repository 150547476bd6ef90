// signaling_certificate_expiry_timestamp_seconds: when the certificate ends that is loaded now.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace signaling {

// The series is there from the first certificate on: a process without one has none. A value, owned by who loads the
// certificate and used by one thread at a time.
class CertificateExpiry {
 public:
  CertificateExpiry() = default;  // told nobody
  // `certificate`: "server", which a port shows, or "client", by which the process shows who it is. The registry
  // outlives this.
  CertificateExpiry(prometheus::Registry& registry, std::string certificate);

  void Set(absl::Time not_after);

 private:
  prometheus::Registry* registry_ = nullptr;
  std::string certificate_;
  prometheus::Gauge* gauge_ = nullptr;
};

}  // namespace signaling
