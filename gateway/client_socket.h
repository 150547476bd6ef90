// A client's connection, plain or with TLS, as the libraries above it know a stream: names and contracts are those of
// Boost.Asio's sockets. A plain one costs a comparison more than the socket itself. Not thread-safe. Operations keep
// referring to it: it is not moved while one is pending.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <memory>
#include <string_view>
#include <utility>

#include "gateway/net.h"
#include "gateway/tls/stream.h"

namespace signaling::gateway {

class ClientSocket {
 public:
  using executor_type = IoContext::executor_type;

  explicit ClientSocket(TcpSocket tcp) : tcp_(std::move(tcp)) {}
  ClientSocket(ClientSocket&&) = default;
  ~ClientSocket();

  // From now on bytes go through TLS, whose handshake comes first.
  void StartTls(TlsContext& context);
  bool is_tls() const { return tls_ != nullptr; }

  executor_type get_executor() { return tcp_.get_executor(); }
  bool is_open() const { return tcp_.is_open(); }
  net::ip::tcp::endpoint remote_endpoint(beast::error_code& ec) const {
    return tcp_.remote_endpoint(ec);
  }
  void non_blocking(bool mode, beast::error_code& ec) { tcp_.non_blocking(mode, ec); }

  // What TLS does not take (would_block) has to be offered again, after write_wait(): the next call begins with the
  // same bytes.
  std::size_t write_some(std::string_view bytes, beast::error_code& ec) {
    if (tls_ == nullptr) return tcp_.write_some(net::buffer(bytes.data(), bytes.size()), ec);
    return WriteTls(bytes, ec);
  }
  // TLS has to read before it writes where half a message of its own has come: to wait for the other would spin.
  net::socket_base::wait_type write_wait() const { return write_wait_; }

  template <class Handler>
  void async_wait(net::socket_base::wait_type type, Handler&& handler) {
    tcp_.async_wait(type, std::forward<Handler>(handler));
  }

  // Only with TLS, first and once. The handler is given an error and a number without meaning.
  template <class Handler>
  void async_handshake(Handler&& handler) {
    RunTls([](TlsStream& tls) { return tls.Handshake(); }, std::forward<Handler>(handler));
  }

  template <class MutableBuffers, class Handler>
  void async_read_some(const MutableBuffers& buffers, Handler&& handler) {
    if (tls_ == nullptr) {
      tcp_.async_read_some(buffers, std::forward<Handler>(handler));
      return;
    }
    RunTls([first = First(buffers)](TlsStream& tls) { return tls.Read(first); },
           std::forward<Handler>(handler));
  }

  template <class ConstBuffers, class Handler>
  void async_write_some(const ConstBuffers& buffers, Handler&& handler) {
    if (tls_ == nullptr) {
      tcp_.async_write_some(buffers, std::forward<Handler>(handler));
      return;
    }
    // Small pieces, such as the fields of a header, leave in one record.
    RunTls(
        [buffers](TlsStream& tls) {
          std::array<char, kRecordBytes> record;
          const std::size_t size = net::buffer_copy(net::buffer(record), buffers);
          return tls.Write({record.data(), size});
        },
        std::forward<Handler>(handler));
  }

  // Nothing more is sent, and the peer is told so.
  void ShutDown();
  // What the peer still sends after that, not deciphered: only its end counts.
  template <class MutableBuffers, class Handler>
  void async_discard_some(const MutableBuffers& buffers, Handler&& handler) {
    tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  void close(beast::error_code& ec);

 private:
  static constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;

  static net::socket_base::wait_type TypeOf(TlsStream::Wait wait) {
    return wait == TlsStream::Wait::kRead ? net::socket_base::wait_read
                                          : net::socket_base::wait_write;
  }

  // Makes its call until that need not wait for the socket, and tells the handler what came of it.
  template <class Call, class Handler>
  struct TlsOperation {
    ClientSocket* socket;
    Call call;
    Handler handler;

    void Begin() && {
      const TlsStream::Result result = socket->Try(call);
      if (result.wait != TlsStream::Wait::kNone) return Wait(result.wait);
      net::post(socket->get_executor(),
                beast::bind_front_handler(std::move(handler), result.ec, result.bytes));
    }

    void operator()(beast::error_code ec) {
      TlsStream::Result result{.ec = ec};
      if (!ec) result = socket->Try(call);
      if (result.wait != TlsStream::Wait::kNone) return Wait(result.wait);
      handler(result.ec, result.bytes);
    }

    void Wait(TlsStream::Wait wait) { socket->tcp_.async_wait(TypeOf(wait), std::move(*this)); }
  };

  template <class Call, class Handler>
  void RunTls(Call call, Handler&& handler) {
    TlsOperation<Call, std::decay_t<Handler>>{this, std::move(call), std::forward<Handler>(handler)}
        .Begin();
  }

  // The descriptor of a closed socket may be somebody else's by now.
  template <class Call>
  TlsStream::Result Try(Call& call) {
    if (!tcp_.is_open()) return {.ec = net::error::operation_aborted};
    return call(*tls_);
  }

  template <class MutableBuffers>
  static net::mutable_buffer First(const MutableBuffers& buffers) {
    const auto end = net::buffer_sequence_end(buffers);
    for (auto it = net::buffer_sequence_begin(buffers); it != end; ++it) {
      const net::mutable_buffer buffer(*it);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  std::size_t WriteTls(std::string_view bytes, beast::error_code& ec);

  TcpSocket tcp_;
  std::unique_ptr<TlsStream> tls_;  // none: plain
  net::socket_base::wait_type write_wait_ = net::socket_base::wait_write;
};

}  // namespace signaling::gateway
