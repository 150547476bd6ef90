#include "gateway/tls/context.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <string_view>

#include "gateway/net.h"

namespace signaling::gateway {
namespace {

// As ALPN writes it: the length first (RFC 7301, section 3.1).
constexpr std::string_view kHttp11 = "\x08http/1.1";
// What TLS 1.2 may use: forward secrecy and AEAD. All of TLS 1.3 has both.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
// Without those that cost a server many times as much as its client.
constexpr char kGroups[] = "X25519:P-256:P-384";

const unsigned char* Unsigned(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A client that offers protocols, but none of ours, is refused with the alert for that (RFC 7301, section 3.2).
int SelectProtocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                   const unsigned char* offered, unsigned int offered_size, void* /*data*/) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, Unsigned(kHttp11),
                            static_cast<unsigned>(kHttp11.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

bool Configure(SSL_CTX* context) {
  // A client that ends TCP without a close_notify cuts nothing off: HTTP and WebSockets know where their messages end.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // No resumption: connections live long, another replica knows no ticket of ours, and the key of the tickets would be
  // one secret for all connections.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // What is not taken at once is offered again from the outbox, which may have moved. Idle connections hold no buffers;
  // one system call brings a record, not one its header and one the rest.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1;
}

}  // namespace

absl::StatusOr<std::shared_ptr<TlsContext>> MakeTlsContext(const CertificatePair& pair) {
  auto context = std::make_shared<TlsContext>(TlsContext::tls_server);
  if (!Configure(context->native_handle())) {
    return absl::InternalError("OpenSSL does not know what TLS needs here");
  }
  beast::error_code ec;
  context->use_certificate_chain(net::buffer(pair.certificates), ec);
  if (!ec) context->use_private_key(net::buffer(pair.key), TlsContext::pem, ec);
  if (ec) return absl::InvalidArgumentError(ec.message());
  return context;
}

}  // namespace signaling::gateway
