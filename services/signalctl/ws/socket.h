// One client WebSocket, over TLS where its URL says so: name, TCP, TLS, upgrade, messages, close. Each step of the opening
// has to end within `timeout`. Not thread-safe: everything happens where the io_context runs. Owned by its session. May be
// destroyed from inside a callback; then the connection is dropped, without a close frame.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "services/signalctl/ws/trace.h"
#include "services/signalctl/ws/url.h"

namespace signaling::ctl {

class Socket {
 public:
  struct Options {
    Url url;
    boost::asio::ssl::context* tls = nullptr;  // needed for a URL with TLS; outlives the socket
    std::string origin;                        // empty: none is sent, as programs do
    std::string traceparent;                   // likewise
    Duration timeout = std::chrono::seconds(10);
  };

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnOpen() = 0;
    virtual void OnText(std::string_view text) = 0;
    virtual void OnPong() = 0;
    // Once, and nothing follows it; not after Drop().
    virtual void OnEnd(const SocketEnd& end) = 0;
  };

  // What may wait to be sent.
  static constexpr std::size_t kMaxQueuedMessages = 1024;
  static constexpr std::size_t kMaxQueuedBytes = std::size_t{1} << 20;
  // The longest message that is taken; a gateway's are at most 64 KiB and what stands around them.
  static constexpr std::size_t kMaxMessageBytes = std::size_t{1} << 20;

  // Begins at once; the listener is called from the io_context only. `trace` is filled with what is seen, and outlives the socket.
  Socket(boost::asio::io_context& io, Options options, Trace& trace, Listener& listener);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // These do nothing where the WebSocket is not open.
  void Send(std::string text);
  void Ping();
  // With 1000; OnEnd follows when the server has answered, or after the timeout.
  void Close();
  // Breaks the connection as a network does; OnEnd does not follow.
  void Drop();

  // What a connection does once it has a Listener; over TLS or not.
  class Connection;

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace signaling::ctl
