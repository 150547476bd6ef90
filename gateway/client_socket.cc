#include "gateway/client_socket.h"

namespace signaling::gateway {

ClientSocket::~ClientSocket() {
  if (tls_ != nullptr && tcp_.is_open()) tls_->CloseNotify();
}

void ClientSocket::StartTls(TlsContext& context) {
  beast::error_code ec;
  tcp_.non_blocking(true, ec);
  // Without that the first call would wait for the client.
  if (ec) tcp_.close(ec);
  tls_ = std::make_unique<TlsStream>(context, tcp_.native_handle());
}

std::size_t ClientSocket::WriteTls(std::string_view bytes, beast::error_code& ec) {
  const auto call = [bytes](TlsStream& tls) { return tls.Write(bytes); };
  const TlsStream::Result result = Try(call);
  ec = result.ec;
  if (result.wait != TlsStream::Wait::kNone) {
    ec = net::error::would_block;
    write_wait_ = TypeOf(result.wait);
  }
  return result.bytes;
}

void ClientSocket::ShutDown() {
  if (tls_ != nullptr && tcp_.is_open()) tls_->CloseNotify();
  beast::error_code ec;
  tcp_.shutdown(net::socket_base::shutdown_send, ec);
}

void ClientSocket::close(beast::error_code& ec) {
  if (tls_ != nullptr && tcp_.is_open()) tls_->CloseNotify();
  tcp_.close(ec);
}

}  // namespace signaling::gateway
