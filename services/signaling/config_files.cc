// The files that the settings name.
#include "absl/strings/str_cat.h"
#include "services/common/certificate.h"
#include "services/common/secret_file.h"
#include "services/signaling/auth/jwks_url.h"
#include "services/signaling/auth/key_set.h"
#include "services/signaling/config.h"

namespace signaling {
namespace {

absl::Status Named(const char* flags, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(flags, ": ", status.message()));
}

absl::Status CheckTls(const TlsOptions& tls) {
  if (tls.cert_file.empty()) return absl::OkStatus();
  absl::Status status =
      Named("--tls_cert, --tls_key", CheckCertificatePair(tls.cert_file, tls.key_file).status());
  if (status.ok() && !tls.client_ca_file.empty()) {
    status = Named("--tls_client_ca", CheckCertificates(tls.client_ca_file));
  }
  return status;
}

absl::Status CheckKeys(const auth::AuthOptions& options) {
  absl::Status status;
  if (!options.key_file.empty()) {
    status = Named("--auth_keys", auth::ReadKeyFile(options.key_file).status());
  }
  if (status.ok() && !options.jwks_url.empty()) {
    status = Named("--auth_jwks_url, --auth_jwks_ca",
                   auth::JwksUrl::Make(options.jwks_url, options.jwks_ca_file).status());
  }
  return status;
}

}  // namespace

absl::Status ReadFiles(ServiceConfig* config) {
  absl::Status status = CheckTls(config->server.tls);
  if (status.ok()) status = CheckKeys(config->auth);
  if (!status.ok() || config->turn_secret_file.empty()) return status;
  auto secrets = ReadSecrets(config->turn_secret_file);
  if (!secrets.ok()) return Named("--turn_secret_file", secrets.status());
  config->ice.turn_secrets = *std::move(secrets);
  return absl::OkStatus();
}

}  // namespace signaling
