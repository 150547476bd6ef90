#include "gateway/http/connection.h"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <utility>

#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

// The largest token, and as much for all the rest.
constexpr std::uint32_t kMaxHeaderBytes = 2 * kMaxTokenBytes;
constexpr std::size_t kReadBytes = 1024;
constexpr int kMaxRequests = 100;  // of one connection

}  // namespace

HttpConnection::HttpConnection(HttpContext& context, Accepted accepted)
    : context_(context),
      entry_(context.connections, *this),
      accepted_(std::move(accepted)),
      buffer_(kMaxHeaderBytes + kReadBytes) {}

void HttpConnection::Start() {
  deadline_ = context_.clock.now() + context_.timeout;
  if (!accepted_.socket.is_tls()) return Read();
  accepted_.socket.async_handshake([self = shared_from_this()](beast::error_code ec, std::size_t) {
    if (!ec) return self->Read();
    // The peer has been sent the alert, where TLS has one for it.
    self->ShutDown();
  });
}

void HttpConnection::Read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeaderBytes);
  http::async_read(
      accepted_.socket, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code ec, std::size_t) { self->OnRead(ec); });
}

void HttpConnection::OnRead(beast::error_code ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
    return Write(RefuseRequest(http::status::request_header_fields_too_large));
  }
  // Everything else that the parser refuses; not where the connection is gone.
  if (ec && ec.category() == make_error_code(http::error::end_of_stream).category() &&
      ec != http::error::end_of_stream && ec != http::error::partial_message) {
    return Write(RefuseRequest(http::status::bad_request));
  }
  if (ec) return;
  const HttpRequest& request = parser_->get();
  if (beast::websocket::is_upgrade(request)) {
    const beast::string_view target = request.target();
    const beast::string_view path = target.substr(0, target.find('?'));
    // A client that sends frames before our answer does not follow RFC 6455, section 4.1.
    if (buffer_.size() != 0) return Write(RefuseRequest(http::status::bad_request));
    if (path == "/" || path == "/v1") return context_.upgrade(std::move(accepted_), request);
    return Write(RefuseRequest(http::status::not_found));
  }
  Write(Respond(request, request.keep_alive() && ++requests_ < kMaxRequests));
}

void HttpConnection::Write(HttpResponse response) {
  deadline_ = context_.clock.now() + context_.timeout;
  response_ = std::move(response);
  http::async_write(accepted_.socket, response_,
                    [self = shared_from_this()](beast::error_code ec, std::size_t) {
                      if (ec) return;
                      if (!self->response_.keep_alive()) return self->ShutDown();
                      self->deadline_ = self->context_.clock.now() + self->context_.timeout;
                      self->Read();
                    });
}

// Takes in what the peer still sends, so that it reads the answer instead of a reset.
void HttpConnection::ShutDown() {
  accepted_.socket.ShutDown();
  Linger();
}

void HttpConnection::Linger() {
  buffer_.clear();
  accepted_.socket.async_discard_some(
      buffer_.prepare(kReadBytes), [self = shared_from_this()](beast::error_code ec, std::size_t) {
        if (!ec) self->Linger();
      });
}

void HttpConnection::Tick() {
  if (context_.clock.now() >= deadline_) Drop();
}

void HttpConnection::Drop() {
  beast::error_code ec;
  accepted_.socket.close(ec);
}

}  // namespace signaling::gateway
