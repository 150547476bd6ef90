// A connection while it speaks HTTP, after the handshake of TLS where there is one: serves pages, until it ends or becomes a
// WebSocket. Not thread-safe; owned by its pending operation.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "gateway/admission.h"
#include "gateway/client_socket.h"
#include "gateway/http/responder.h"
#include "gateway/instant.h"
#include "gateway/net.h"
#include "gateway/registry.h"

namespace signaling::gateway {

class HttpConnection;

// An accepted socket, its place among the sockets, and when that was.
struct Accepted {
  ClientSocket socket;
  Admission::Place place;
  Instant at;
};

// What the connections of a worker share. Owned by the worker, outlives them.
struct HttpContext {
  const TickClock& clock;
  Duration timeout;  // for each request, the first with the handshake of TLS, and each answer
  // Takes over the connection with its request.
  std::function<void(Accepted, const HttpRequest&)> upgrade;
  Registry<HttpConnection> connections{};
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpContext& context, Accepted accepted);

  void Start();
  void Tick();
  void Drop();

 private:
  void Read();
  void OnRead(beast::error_code ec);
  void Write(HttpResponse response);
  void ShutDown();
  void Linger();

  // Constant after construction.
  HttpContext& context_;

  Registry<HttpConnection>::Entry entry_;
  Accepted accepted_;
  Instant deadline_{};
  int requests_ = 0;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  HttpResponse response_;
};

}  // namespace signaling::gateway
