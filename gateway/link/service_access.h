// How the gateway knows the service, and shows it who it is: the CA of its certificate, a client certificate, a token.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/common/certificate.h"
#include "services/common/certificate_expiry.h"
#include "services/common/file_watcher.h"
#include "services/common/mutex.h"
#include "services/common/renewal_log.h"

namespace signaling::gateway {

// All files are used anew without a restart: who opens a stream gets what they held a second ago. What does not fit together,
// or is no certificate, leaves what there was. Thread-safe after Load. Owned by the gateway, outlives the workers.
class ServiceAccess {
 public:
  struct Options {
    std::string ca_file{};    // empty: no TLS
    std::string cert_file{};  // empty: no client certificate
    std::string key_file{};
    std::string token_file{};  // empty: no token
    // That the service's certificate is for; empty: the host that is dialled. A replica of a name that was looked up is
    // dialled by its address, which no certificate need name.
    std::string name{};
  };

  // `expiry` is told when the client certificate ends.
  explicit ServiceAccess(Options options, CertificateExpiry expiry = {})
      : options_(std::move(options)), expiry_(std::move(expiry)) {}
  ServiceAccess(const ServiceAccess&) = delete;
  ServiceAccess& operator=(const ServiceAccess&) = delete;

  // Reads the files, and says like Load what is wrong with them. Before Load, where at all.
  absl::Status Read();
  // Reads the files, and looks each second whether they changed. The error is one line that names the flag and the file.
  absl::Status Load();

  // For a new channel. Another one than before: files have changed.
  std::shared_ptr<grpc::ChannelCredentials> credentials() const ABSL_LOCKS_EXCLUDED(mu_);
  bool uses_tls() const { return !options_.ca_file.empty(); }
  // Empty: the certificate is for what is dialled, or there is no TLS.
  const std::string& name() const { return options_.name; }
  // For a new stream, read now. Empty: there is no file.
  absl::StatusOr<std::string> ReadToken() const;

 private:
  // False where the files cannot be used, which may pass.
  bool RenewCa();
  bool RenewPair();
  absl::Status LoadCa(bool* changed);
  absl::Status LoadPair(bool* changed);
  void MakeCredentials() ABSL_LOCKS_EXCLUDED(mu_);

  // Constant after construction.
  const Options options_;

  // Of Load, then of the watcher's thread.
  CertificateExpiry expiry_;
  std::string ca_;
  std::optional<CertificatePair> pair_;
  RenewalLog ca_log_{"service_ca"};
  RenewalLog pair_log_{"service_cert"};

  mutable Mutex mu_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_ ABSL_GUARDED_BY(mu_);

  std::unique_ptr<FileWatcher> watcher_;  // last: its thread ends first
};

}  // namespace signaling::gateway
