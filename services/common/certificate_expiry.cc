#include "services/common/certificate_expiry.h"

#include <utility>

namespace signaling {

CertificateExpiry::CertificateExpiry(prometheus::Registry& registry, std::string certificate)
    : registry_(&registry), certificate_(std::move(certificate)) {}

void CertificateExpiry::Set(absl::Time not_after) {
  if (registry_ == nullptr) return;
  if (gauge_ == nullptr) {
    gauge_ = &prometheus::BuildGauge()
                  .Name("signaling_certificate_expiry_timestamp_seconds")
                  .Help("When the certificate ends that is loaded now, in seconds since the epoch.")
                  .Register(*registry_)
                  .Add({{"certificate", certificate_}});
  }
  gauge_->Set(static_cast<double>(absl::ToUnixSeconds(not_after)));
}

}  // namespace signaling
