#include "services/signaling/rpc/tls_dial.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "services/common/free_with.h"

namespace signaling {
namespace {

using Clock = std::chrono::steady_clock;

// gRPC speaks nothing else.
constexpr unsigned char kAlpn[] = {2, 'h', '2'};

bool WaitFor(BIO* socket, bool writing, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  int descriptor = -1;
  if (left.count() <= 0 || BIO_get_fd(socket, &descriptor) < 0) return false;
  pollfd wanted{
      .fd = descriptor, .events = static_cast<short>(writing ? POLLOUT : POLLIN), .revents = 0};
  return poll(&wanted, 1, static_cast<int>(left.count())) > 0;
}

// What comes first in a record (RFC 8446, section 5.1).
constexpr char kAlert = 21;
constexpr char kHandshake = 22;

// Ends before this side has to say who it is: gRPC logs an error of each handshake that fails, but not of one that is cut.
bool HearsTls(SSL* connection, BIO* socket, Clock::time_point end) {
  for (;;) {
    const int result = SSL_do_handshake(connection);
    const int error = SSL_get_error(connection, result);
    const bool said_hello = error == SSL_ERROR_WANT_READ;
    if (!said_hello && error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_CONNECT) {
      return false;
    }
    if (!WaitFor(socket, !said_hello, end)) return false;
    char first = 0;
    if (said_hello)
      return BIO_read(socket, &first, 1) == 1 && (first == kHandshake || first == kAlert);
  }
}

}  // namespace

absl::Status DialTls(const std::string& target, std::chrono::milliseconds patience) {
  const auto end = Clock::now() + patience;
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, FreeWith<SSL_free>> connection(context ? SSL_new(context.get())
                                                                    : nullptr);
  BIO* const socket = BIO_new_connect(target.c_str());
  bool answered = false;
  BIO* const nothing = BIO_new(BIO_s_mem());
  if (connection && socket != nullptr && nothing != nullptr) {
    // It owns both from here on. It reads nothing, however fast the answer is.
    SSL_set_bio(connection.get(), nothing, socket);
    SSL_set_alpn_protos(connection.get(), kAlpn, sizeof(kAlpn));
    SSL_set_connect_state(connection.get());
    BIO_set_nbio(socket, 1);
    answered = HearsTls(connection.get(), socket, end);
  } else {
    BIO_free_all(socket);
    BIO_free_all(nothing);
  }
  ERR_clear_error();
  if (answered) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("nobody speaks TLS at ", target));
}

}  // namespace signaling
