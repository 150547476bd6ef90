// The flags of TLS on the gRPC port.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "services/common/certificate.h"
#include "services/signaling/config.h"

ABSL_FLAG(std::string, tls_cert, "",
          "PEM file with the certificate of the gRPC port, followed by those that lead to its CA. "
          "Read again when it changes. Empty: no TLS.");
ABSL_FLAG(std::string, tls_key, "", "PEM file with its private key, without a passphrase.");
ABSL_FLAG(
    std::string, tls_client_ca, "",
    "PEM file with the CAs of client certificates. Read again when it changes. Such a "
    "certificate is needed where no token can be shown, else it is verified if there is one.");
ABSL_FLAG(std::vector<std::string>, tls_gateway_names, signaling::PeerPolicy().gateways,
          "Names in client certificates that may open gateway streams, comma-separated; *: any.");
ABSL_FLAG(std::vector<std::string>, tls_admin_names, signaling::PeerPolicy().admins,
          "Names in client certificates that may call RoomService, comma-separated; *: any.");

namespace signaling {
namespace {

absl::Status CheckNames(const char* flag, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), "") == names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": a name is empty"));
}

}  // namespace

absl::Status ReadTlsFlags(bool takes_tokens, ServerOptions* options) {
  TlsOptions& tls = options->tls;
  tls.cert_file = absl::GetFlag(FLAGS_tls_cert);
  tls.key_file = absl::GetFlag(FLAGS_tls_key);
  tls.client_ca_file = absl::GetFlag(FLAGS_tls_client_ca);
  tls.certificates_required = !tls.client_ca_file.empty() && !takes_tokens;
  options->peers.gateways = absl::GetFlag(FLAGS_tls_gateway_names);
  options->peers.admins = absl::GetFlag(FLAGS_tls_admin_names);
  for (const absl::Status& status : {CheckNames("tls_gateway_names", options->peers.gateways),
                                     CheckNames("tls_admin_names", options->peers.admins)}) {
    if (!status.ok()) return status;
  }
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("--tls_cert and --tls_key: each needs the other");
  }
  if (tls.client_ca_file.empty() && !options->peers.admins.empty()) {
    return absl::InvalidArgumentError("--tls_admin_names: needs --tls_client_ca");
  }
  if (tls.cert_file.empty()) {
    return tls.client_ca_file.empty()
               ? absl::OkStatus()
               : absl::InvalidArgumentError("--tls_client_ca: needs --tls_cert and --tls_key");
  }
  if (const auto pair = CheckCertificatePair(tls.cert_file, tls.key_file); !pair.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--tls_cert, --tls_key: ", pair.status().message()));
  }
  if (tls.client_ca_file.empty()) return absl::OkStatus();
  if (const absl::Status status = CheckCertificates(tls.client_ca_file); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--tls_client_ca: ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace signaling
