// The settings of TLS on the gRPC port.
#include <algorithm>
#include <string>
#include <vector>

#include "services/signaling/config.h"

namespace signaling {
namespace {

void AddNames(std::string_view name, std::vector<std::string>* names, std::string_view help,
              Settings& settings) {
  settings.AddList(name, *names, help, [names](const std::vector<std::string>& list) {
    if (std::find(list.begin(), list.end(), "") != list.end()) {
      return absl::InvalidArgumentError("a name is empty");
    }
    *names = list;
    return absl::OkStatus();
  });
}

}  // namespace

void DeclareTls(ServiceConfig& config, Settings& settings) {
  TlsOptions& tls = config.server.tls;
  settings.Add("tls_cert", &tls.cert_file,
               "PEM file with the certificate of the gRPC port, followed by those that lead to its "
               "CA; read again when it "
               "changes; empty: without TLS");
  settings.Add("tls_key", &tls.key_file, "PEM file with its private key, without a passphrase");
  settings.Add("tls_client_ca", &tls.client_ca_file,
               "PEM file with the CAs of client certificates, read again when it changes; needed "
               "from everybody where there "
               "are no keys for tokens, else verified if there is one");
  AddNames("tls_gateway_names", &config.server.peers.gateways,
           "names in client certificates that may open gateway streams, comma-separated; `*`: any",
           settings);
  AddNames("tls_admin_names", &config.server.peers.admins,
           "names in client certificates that may call `RoomService`, likewise", settings);
}

absl::Status ValidateTls(ServiceConfig* config) {
  TlsOptions& tls = config->server.tls;
  // Where callers can show a token instead, client certificates are optional.
  tls.certificates_required = !tls.client_ca_file.empty() && !config->authenticates();
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("--tls_cert and --tls_key: each needs the other");
  }
  if (tls.client_ca_file.empty() && !config->server.peers.admins.empty()) {
    return absl::InvalidArgumentError("--tls_admin_names: needs --tls_client_ca");
  }
  if (tls.client_ca_file.empty() &&
      config->server.peers.gateways != decltype(config->server.peers)().gateways) {
    return absl::InvalidArgumentError("--tls_gateway_names: needs --tls_client_ca");
  }
  if (tls.cert_file.empty() && !tls.client_ca_file.empty()) {
    return absl::InvalidArgumentError("--tls_client_ca: needs --tls_cert and --tls_key");
  }
  return absl::OkStatus();
}

}  // namespace signaling
