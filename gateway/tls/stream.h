// One TLS connection, the server's side, by OpenSSL straight on the socket's descriptor. Boost.Asio's own ssl::stream
// holds four buffers of 17 KiB for each connection, idle ones too, and loses what the system does not take of a
// synchronous write, while our sockets are flushed synchronously and never wait.
// Not thread-safe; owned by the client's socket, which calls it only while the descriptor is open and does not block.
#pragma once

#include <openssl/types.h>

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "gateway/net.h"
#include "gateway/tls/context.h"

namespace signaling::gateway {

class TlsStream {
 public:
  // What came of a call. Where the socket has to be waited for it is made again, with the same bytes.
  enum class Wait { kNone, kRead, kWrite };
  struct Result {
    Wait wait = Wait::kNone;
    std::size_t bytes = 0;
    beast::error_code ec{};
  };

  // Keeps what it needs of the context.
  TlsStream(TlsContext& context, int descriptor);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  Result Handshake();
  Result Read(net::mutable_buffer buffer);
  // Takes one record at most.
  Result Write(std::string_view bytes);
  // Tells the peer that nothing follows, where that can be said at once.
  void CloseNotify();

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };

  // OpenSSL's callbacks, whose last argument, or whose BIO's, is the stream.
  static void OnMessage(int is_sent, int version, int type, const void* bytes, std::size_t size,
                        SSL* ssl, void* stream);
  static long OnSocket(BIO* bio, int operation, const char* bytes, std::size_t size, int argi,
                       long argl, int returned, std::size_t* processed);

  Result Outcome(int returned, std::size_t bytes);

  std::unique_ptr<SSL, Free> ssl_;
  int empty_records_ = 0;  // that came since the last that had something for us
  bool broken_ = false;
};

}  // namespace signaling::gateway
