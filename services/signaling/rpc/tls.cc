#include "services/signaling/rpc/tls.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "absl/strings/str_cat.h"

namespace signaling {
namespace {

namespace tls = grpc::experimental;

// Of the copies, which are in memory.
constexpr unsigned kRefreshSeconds = 1;

absl::Status Named(const char* flags, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(flags, ": ", status.message()));
}

void Append(const grpc::AuthContext& peer, const char* property, std::vector<std::string>* names) {
  for (const grpc::string_ref& value : peer.FindPropertyValues(property)) {
    names->emplace_back(value.data(), value.size());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerTls>> ServerTls::Load(const TlsOptions& options,
                                                           CertificateExpiry expiry) {
  std::unique_ptr<ServerTls> made(new ServerTls(options, std::move(expiry)));
  bool changed = false;
  if (absl::Status status = made->LoadPair(&changed); !status.ok()) {
    return Named("--tls_cert, --tls_key", status);
  }
  made->pair_log_.Began(made->pair_->info.not_after);
  const bool asks = !options.client_ca_file.empty();
  if (asks) {
    if (absl::Status status = made->LoadClientCa(&changed); !status.ok()) {
      return Named("--tls_client_ca", status);
    }
  }
  const std::string pair = made->pair_copy_.path();
  made->provider_ = std::make_shared<tls::FileWatcherCertificateProvider>(
      pair, pair, made->client_ca_copy_.path(), kRefreshSeconds);
  tls::TlsServerCredentialsOptions grpc_options(made->provider_);
  grpc_options.watch_identity_key_cert_pairs();
  if (asks) {
    grpc_options.watch_root_certs();
    grpc_options.set_cert_request_type(
        options.certificates_required ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  // That the CA vouches for it is all that the handshake checks: the names decide about the call.
  grpc_options.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  made->credentials_ = tls::TlsServerCredentials(grpc_options);

  ServerTls* const self = made.get();
  std::vector<FileWatcher::File> files = {{options.cert_file, [self] { return self->RenewPair(); }},
                                          {options.key_file, [self] { return self->RenewPair(); }}};
  if (asks) files.push_back({options.client_ca_file, [self] { return self->RenewClientCa(); }});
  made->watcher_ = std::make_unique<FileWatcher>(std::move(files));
  return made;
}

absl::Status ServerTls::LoadPair(bool* changed) {
  absl::StatusOr<CertificatePair> pair = ReadCertificatePair(options_.cert_file, options_.key_file);
  if (!pair.ok()) return pair.status();
  *changed = pair_ != *pair;
  if (!*changed) return absl::OkStatus();
  if (absl::Status status = pair_copy_.Replace(absl::StrCat(pair->key, "\n", pair->certificates));
      !status.ok()) {
    return status;
  }
  pair_ = *std::move(pair);
  expiry_.Set(pair_->info.not_after);
  return absl::OkStatus();
}

absl::Status ServerTls::LoadClientCa(bool* changed) {
  absl::StatusOr<std::string> found = ReadCertificates(options_.client_ca_file);
  if (!found.ok()) return found.status();
  *changed = client_ca_ != *found;
  if (!*changed) return absl::OkStatus();
  if (absl::Status status = client_ca_copy_.Replace(*found); !status.ok()) return status;
  client_ca_ = *std::move(found);
  return absl::OkStatus();
}

bool ServerTls::RenewPair() {
  bool changed = false;
  if (const absl::Status status = LoadPair(&changed); !status.ok()) {
    pair_log_.Failed(status);
    return false;
  }
  pair_log_.Took(changed, pair_->info.not_after);
  return true;
}

bool ServerTls::RenewClientCa() {
  bool changed = false;
  if (const absl::Status status = LoadClientCa(&changed); !status.ok()) {
    client_ca_log_.Failed(status);
    return false;
  }
  client_ca_log_.Took(changed);
  return true;
}

std::vector<std::string> PeerNames(const grpc::AuthContext& peer) {
  std::vector<std::string> names;
  if (!peer.IsPeerAuthenticated()) return names;
  Append(peer, GRPC_PEER_URI_PROPERTY_NAME, &names);
  Append(peer, GRPC_PEER_DNS_PROPERTY_NAME, &names);
  if (peer.FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME).empty()) {
    Append(peer, GRPC_X509_CN_PROPERTY_NAME, &names);
  }
  return names;
}

}  // namespace signaling
