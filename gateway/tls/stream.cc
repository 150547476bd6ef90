#include "gateway/tls/stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/errc.hpp>
#include <cerrno>

namespace signaling::gateway {
namespace {

// In a row; a handshake takes ten or so. A call of OpenSSL ends only when there is data or the socket has no more, so a
// peer that sends KeyUpdates (RFC 8446, section 4.6.3), or asks for renegotiation, as fast as it can would keep this
// thread for itself.
constexpr int kMostEmptyRecords = 100;

}  // namespace

void TlsStream::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

// OpenSSL writes without MSG_NOSIGNAL: the process ignores SIGPIPE (services/common/signals.h).
TlsStream::TlsStream(TlsContext& context, int descriptor) : ssl_(SSL_new(context.native_handle())) {
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), descriptor) != 1) {
    broken_ = true;
    return;
  }
  SSL_set_accept_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), OnMessage);
  SSL_set_msg_callback_arg(ssl_.get(), this);
  BIO* const socket = SSL_get_rbio(ssl_.get());
  BIO_set_callback_arg(socket, reinterpret_cast<char*>(this));
  BIO_set_callback_ex(socket, OnSocket);
}

void TlsStream::OnMessage(int is_sent, int /*version*/, int type, const void* /*bytes*/,
                          std::size_t /*size*/, SSL* /*ssl*/, void* stream) {
  if (is_sent == 0 && type == SSL3_RT_HEADER) ++static_cast<TlsStream*>(stream)->empty_records_;
}

long TlsStream::OnSocket(BIO* bio, int operation, const char* /*bytes*/, std::size_t /*size*/,
                         int /*argi*/, long /*argl*/, int returned, std::size_t* /*processed*/) {
  if (operation != BIO_CB_READ) return returned;
  const auto* const stream = reinterpret_cast<const TlsStream*>(BIO_get_callback_arg(bio));
  if (stream->empty_records_ <= kMostEmptyRecords) return returned;
  BIO_clear_retry_flags(bio);
  errno = ECONNABORTED;
  return -1;
}

TlsStream::Result TlsStream::Handshake() {
  if (broken_) return {.ec = net::error::no_memory};
  ERR_clear_error();
  return Outcome(SSL_do_handshake(ssl_.get()), 0);
}

TlsStream::Result TlsStream::Read(net::mutable_buffer buffer) {
  if (buffer.size() == 0) return {};
  if (broken_) return {.ec = net::error::connection_aborted};
  ERR_clear_error();
  std::size_t read = 0;
  const int returned = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &read);
  if (returned == 1) empty_records_ = 0;
  return Outcome(returned, read);
}

TlsStream::Result TlsStream::Write(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (broken_) return {.ec = net::error::connection_aborted};
  ERR_clear_error();
  std::size_t written = 0;
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
  return Outcome(returned, written);
}

void TlsStream::CloseNotify() {
  if (broken_ || !SSL_is_init_finished(ssl_.get())) return;
  // A second call would wait for the peer's.
  if ((SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

TlsStream::Result TlsStream::Outcome(int returned, std::size_t bytes) {
  const int system_error = errno;
  if (returned == 1) return {.bytes = bytes};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return {.wait = Wait::kRead};
    case SSL_ERROR_WANT_WRITE: return {.wait = Wait::kWrite};
    case SSL_ERROR_ZERO_RETURN: return {.ec = net::error::eof};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      if (system_error == 0) return {.ec = net::error::eof};
      return {.ec = beast::error_code(system_error, boost::system::system_category())};
    default:
      broken_ = true;
      return {.ec = boost::system::errc::make_error_code(boost::system::errc::protocol_error)};
  }
}

}  // namespace signaling::gateway
