// TLS as a client speaks it: the server is verified, always.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace signaling::ctl {

// The certificate that a server shows for itself.
struct ShownCertificate {
  std::string subject;  // one line, as in "CN = example.org"
  std::string issuer;
  std::vector<std::string> names;  // DNS names and addresses it is for, at most 16
  absl::Time not_before;
  absl::Time not_after;
};

// What was seen while a server's certificate was verified.
struct Verification {
  std::optional<ShownCertificate> certificate;
  int error = 0;  // the first one, of X509_V_ERR_*; 0: none
  // In OpenSSL's words.
  std::string error_text() const;
};

// TLS 1.2 or later; trusts `ca_file`, or where that is empty the system's CAs. Thread-safe once made.
absl::StatusOr<std::unique_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const std::string& ca_file);

// Prepares one connection to `host`, a name or an address, whose certificate has to be for it. False: it cannot be held
// against that, so that there must be no handshake.
bool VerifyHost(SSL* ssl, const std::string& host);

// For a stream's verify callback: keeps what was seen, and returns `preverified`.
bool Record(bool preverified, boost::asio::ssl::verify_context& context, Verification& seen);

}  // namespace signaling::ctl
