#include "gateway/tls/certificate.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/log.h"

namespace signaling::gateway {
namespace {

constexpr absl::Duration kSoon = absl::Hours(7 * 24);

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

void WarnOfEnd(absl::Time not_after) {
  const std::string warning = EndWarning(not_after, absl::Now());
  if (warning.empty()) return;
  log::Warning("tls_certificate_ends", {{"reason", warning}, {"not_after", Utc(not_after)}});
}

}  // namespace

std::string EndWarning(absl::Time not_after, absl::Time now) {
  if (not_after <= now) return "has ended";
  if (not_after - now <= kSoon) return "ends within 7 days";
  return "";
}

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
                                                                     const std::string& key_path) {
  absl::StatusOr<Loaded> loaded = Read(cert_path, key_path);
  if (!loaded.ok()) return loaded.status();
  WarnOfEnd(loaded->pair.info.not_after);
  return std::unique_ptr<TlsCertificate>(
      new TlsCertificate(cert_path, key_path, *std::move(loaded)));
}

TlsCertificate::TlsCertificate(std::string cert_path, std::string key_path, Loaded loaded)
    : cert_path_(std::move(cert_path)),
      key_path_(std::move(key_path)),
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
    const std::string refusal(loaded.status().message());
    if (last_refusal_ != refusal) log::Warning("tls_not_renewed", {{"reason", refusal}});
    last_refusal_ = refusal;
    return loaded.status();
  }
  last_refusal_.clear();
  // The same certificate has the same key.
  if (loaded->pair.certificates == chain_) return absl::OkStatus();
  chain_ = std::move(loaded->pair.certificates);
  {
    MutexLock lock(mu_);
    context_ = std::move(loaded->context);
  }
  log::Info("tls_renewed", {{"not_after", Utc(loaded->pair.info.not_after)}});
  WarnOfEnd(loaded->pair.info.not_after);
  return absl::OkStatus();
}

std::shared_ptr<TlsContext> TlsCertificate::current() const {
  MutexLock lock(mu_);
  return context_;
}

}  // namespace signaling::gateway
