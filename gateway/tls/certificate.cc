#include "gateway/tls/certificate.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace signaling::gateway {

absl::StatusOr<TlsCertificate::Loaded> TlsCertificate::Read(const std::string& cert_path,
                                                            const std::string& key_path) {
  absl::StatusOr<CertificatePair> pair = ReadCertificatePair(cert_path, key_path);
  if (!pair.ok()) {
    // It begins with the file that is to blame.
    const bool certificate = absl::StartsWith(pair.status().message(), cert_path + ": ");
    return absl::InvalidArgumentError(
        absl::StrCat(certificate ? "--tls_cert=" : "--tls_key=", pair.status().message()));
  }
  auto context = MakeTlsContext(*pair);
  if (!context.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls_cert=", cert_path, ": ", context.status().message()));
  }
  return Loaded{.pair = *std::move(pair), .context = *std::move(context)};
}

absl::StatusOr<std::unique_ptr<TlsCertificate>> TlsCertificate::Load(const std::string& cert_path,
                                                                     const std::string& key_path,
                                                                     CertificateExpiry expiry) {
  absl::StatusOr<Loaded> loaded = Read(cert_path, key_path);
  if (!loaded.ok()) return loaded.status();
  const absl::Time not_after = loaded->pair.info.not_after;
  std::unique_ptr<TlsCertificate> made(
      new TlsCertificate(cert_path, key_path, std::move(expiry), *std::move(loaded)));
  made->expiry_.Set(not_after);
  made->log_.Began(not_after);
  return made;
}

TlsCertificate::TlsCertificate(std::string cert_path, std::string key_path,
                               CertificateExpiry expiry, Loaded loaded)
    : cert_path_(std::move(cert_path)),
      key_path_(std::move(key_path)),
      expiry_(std::move(expiry)),
      chain_(std::move(loaded.pair.certificates)),
      context_(std::move(loaded.context)) {}

void TlsCertificate::Watch() {
  // Where only one of the two is there, the next look brings the other.
  const auto changed = [this] { return Reload().ok(); };
  watcher_.emplace(std::vector<FileWatcher::File>{{cert_path_, changed}, {key_path_, changed}});
}

absl::Status TlsCertificate::Reload() {
  absl::StatusOr<Loaded> loaded = Read(cert_path_, key_path_);
  if (!loaded.ok()) {
    log_.Failed(loaded.status());
    return loaded.status();
  }
  const bool changed = loaded->pair.certificates != chain_;
  if (changed) {  // the same certificate has the same key
    chain_ = std::move(loaded->pair.certificates);
    expiry_.Set(loaded->pair.info.not_after);
    MutexLock lock(mu_);
    context_ = std::move(loaded->context);
  }
  log_.Took(changed, loaded->pair.info.not_after);
  return absl::OkStatus();
}

std::shared_ptr<TlsContext> TlsCertificate::current() const {
  MutexLock lock(mu_);
  return context_;
}

}  // namespace signaling::gateway
