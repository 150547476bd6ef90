// What handshakes are made with: TLS 1.2 and 1.3 alone, one certificate with its chain, HTTP/1.1 as the only protocol.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/common/certificate.h"

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace signaling::gateway {

using TlsContext = boost::asio::ssl::context;

// A context is thread-safe: connections only refer to it, and each keeps what it needs of it. The error is what OpenSSL
// has against the pair, mostly that the key is too weak.
absl::StatusOr<std::shared_ptr<TlsContext>> MakeTlsContext(const CertificatePair& pair);

}  // namespace signaling::gateway
