// The stream under the WebSocket library: it reads from the socket, and what it writes (the answer to the handshake,
// pongs, its part of the close) goes whole into the same outbox as our own frames. So frames never mix, whoever made
// them. Not thread-safe; owned by the library's stream.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <utility>

#include "gateway/client_socket.h"
#include "gateway/net.h"
#include "gateway/ws/outbox.h"

namespace signaling::gateway {

class Transport {
 public:
  // Told that the library has put something into the outbox.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnTransportWrite() = 0;
  };

  using executor_type = IoContext::executor_type;

  Transport(ClientSocket socket, Owner& owner) : socket_(std::move(socket)), owner_(owner) {}

  executor_type get_executor() { return socket_.get_executor(); }
  ClientSocket& socket() { return socket_; }
  Outbox& outbox() { return outbox_; }

  // After a close frame nothing may follow (RFC 6455, section 5.5.1).
  void MarkClosed() { closed_ = true; }
  bool closed() const { return closed_; }

  template <class MutableBuffers, class Handler>
  void async_read_some(const MutableBuffers& buffers, Handler&& handler) {
    socket_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class ConstBuffers, class Handler>
  void async_write_some(const ConstBuffers& buffers, Handler&& handler) {
    std::size_t written = 0;
    const auto end = net::buffer_sequence_end(buffers);
    for (auto it = net::buffer_sequence_begin(buffers); it != end; ++it) {
      const net::const_buffer buffer(*it);
      Write({static_cast<const char*>(buffer.data()), buffer.size()});
      written += buffer.size();
    }
    net::post(get_executor(), beast::bind_front_handler(std::forward<Handler>(handler),
                                                        beast::error_code(), written));
  }

 private:
  void Write(std::string_view bytes);

  ClientSocket socket_;
  Owner& owner_;
  Outbox outbox_;
  bool closed_ = false;
};

// The owner sends what is left and closes; the library has nothing to do.
template <class Handler>
void async_teardown(beast::role_type, Transport& transport, Handler&& handler) {
  net::post(transport.get_executor(),
            beast::bind_front_handler(std::forward<Handler>(handler), beast::error_code()));
}

inline void beast_close_socket(Transport& transport) {
  beast::error_code ec;
  transport.socket().close(ec);
}

}  // namespace signaling::gateway
