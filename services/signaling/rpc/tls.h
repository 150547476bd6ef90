// TLS of the gRPC port: its certificate, and those of its clients.
#pragma once

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/common/certificate.h"
#include "services/common/certificate_expiry.h"
#include "services/common/file_watcher.h"
#include "services/common/renewal_log.h"
#include "services/signaling/rpc/memory_file.h"

namespace signaling {

// Where the PEM files are. A value.
struct TlsOptions {
  std::string cert_file{};  // empty: no TLS
  std::string key_file{};
  std::string client_ca_file{};  // empty: clients are not asked for a certificate
  // Who has none is not let in; else it is verified where there is one.
  bool certificates_required = false;
};

// Takes files anew without a restart: each second it looks whether they changed, and new connections get what is new.
// What does not fit together, because only one of two files has been replaced, or is no certificate at all, leaves what there
// was. gRPC's own watcher of files would hand it on, and no connection would come up any more; so it is given verified
// copies, in memory. Thread-safe.
class ServerTls {
 public:
  // The error is one line that names the flags and the file. `expiry` is told when the certificate ends.
  static absl::StatusOr<std::unique_ptr<ServerTls>> Load(const TlsOptions& options,
                                                         CertificateExpiry expiry = {});
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  const std::shared_ptr<grpc::ServerCredentials>& credentials() const { return credentials_; }

 private:
  ServerTls(TlsOptions options, CertificateExpiry expiry)
      : options_(std::move(options)), expiry_(std::move(expiry)) {}

  // False where the files cannot be used, which may pass.
  bool RenewPair();
  bool RenewClientCa();
  absl::Status LoadPair(bool* changed);
  absl::Status LoadClientCa(bool* changed);

  // Constant after Load.
  const TlsOptions options_;
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;

  // Of Load, then of the watcher's thread.
  CertificateExpiry expiry_;
  std::optional<CertificatePair> pair_;
  std::string client_ca_;
  MemoryFile pair_copy_;  // the certificates and the key in one, so that they are replaced as one
  MemoryFile client_ca_copy_;
  RenewalLog pair_log_{"certificate"};
  RenewalLog client_ca_log_{"client_ca"};

  std::unique_ptr<FileWatcher> watcher_;  // last: its thread ends first
};

// The names that a verified client certificate is for: its URI and DNS names, or where it has no alternative names at all
// (RFC 6125), the common name. None: the peer is not verified.
std::vector<std::string> PeerNames(const grpc::AuthContext& peer);

}  // namespace signaling
