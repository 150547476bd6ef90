#include "services/signalctl/ws/socket.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <type_traits>
#include <utility>

#include "services/signalctl/ws/connection.h"

namespace signaling::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

using Plain = asio::ip::tcp::socket;
using Secured = asio::ssl::stream<Plain>;

constexpr char kSubprotocol[] = "signaling.v1";
constexpr char kUserAgent[] = "signalctl";
constexpr std::size_t kKeptBodyBytes = 256;

std::string ToString(beast::string_view text) { return {text.data(), text.size()}; }

template <typename Layer>
class Over final : public Socket::Connection {
 public:
  template <typename... Arguments>
  Over(asio::io_context& io, Socket::Options options, Trace& trace, Socket::Listener& listener,
       Arguments&&... of_layer)
      : Connection(io, std::move(options), trace, listener),
        stream_(io, std::forward<Arguments>(of_layer)...) {
    stream_.read_message_max(Socket::kMaxMessageBytes);
    stream_.auto_fragment(false);
    stream_.text(true);
    response_.result(0U);  // until there is one
  }

 private:
  static constexpr bool kSecured = std::is_same_v<Layer, Secured>;

  std::shared_ptr<Over> Self() { return std::static_pointer_cast<Over>(shared_from_this()); }

  Tcp::socket& tcp() override {
    if constexpr (kSecured) {
      return stream_.next_layer().next_layer();
    } else {
      return stream_.next_layer();
    }
  }

  void BeginTls() override {
    if constexpr (kSecured) {
      Secured& secured = stream_.next_layer();
      if (!VerifyHost(secured.native_handle(), options().url.host)) {
        // Without a name to hold it against any certificate of a trusted CA would do.
        return OnTls(asio::error::invalid_argument);
      }
      secured.set_verify_callback([this](bool preverified, asio::ssl::verify_context& context) {
        return trace() != nullptr && Record(preverified, context, trace()->verification);
      });
      secured.async_handshake(asio::ssl::stream_base::client, [self = Self(), this](Error error) {
        if (trace() != nullptr && !error) {
          trace()->tls_version = SSL_get_version(stream_.next_layer().native_handle());
        }
        OnTls(error);
      });
    } else {
      OnTls({});
    }
  }

  void BeginUpgrade() override {
    stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      request.set(http::field::user_agent, kUserAgent);
      request.set(http::field::sec_websocket_protocol, kSubprotocol);
      if (!options().origin.empty()) request.set(http::field::origin, options().origin);
      if (!options().traceparent.empty()) request.set("traceparent", options().traceparent);
    }));
    stream_.async_handshake(response_, options().url.authority(), options().url.target,
                            [self = Self(), this](Error error) {
                              if (trace() != nullptr) KeepResponse(*trace());
                              OnUpgraded(error);
                            });
  }

  void KeepResponse(Trace& seen) {
    seen.http_status = static_cast<int>(response_.result_int());
    seen.http_server = ToString(response_[http::field::server]);
    seen.http_location = ToString(response_[http::field::location]);
    seen.subprotocol = ToString(response_[http::field::sec_websocket_protocol]);
    seen.http_body = response_.body().substr(0, kKeptBodyBytes);
  }

  void BeginRead() override {
    if (!hears_pongs_) {
      hears_pongs_ = true;
      stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::pong) OnPong();
      });
    }
    buffer_.clear();
    stream_.async_read(buffer_, [self = Self(), this](Error error, std::size_t) {
      if (error) {
        // Zero where no close frame came.
        end().close_code = stream_.reason().code;
        end().close_reason =
            std::string(stream_.reason().reason.data(), stream_.reason().reason.size());
      }
      const auto bytes = buffer_.cdata();
      OnRead(error, {static_cast<const char*>(bytes.data()), bytes.size()});
    });
  }

  void BeginWrite(const std::string& text) override {
    stream_.async_write(asio::buffer(text),
                        [self = Self(), this](Error error, std::size_t) { OnWritten(error); });
  }

  void BeginPing() override {
    stream_.async_ping({}, [self = Self(), this](Error error) { OnPinged(error); });
  }

  void BeginClose() override {
    stream_.async_close(websocket::close_code::normal, [self = Self()](Error) {});
  }

  websocket::stream<Layer, /*deflateSupported=*/false> stream_;
  websocket::response_type response_;
  beast::flat_buffer buffer_;
  bool hears_pongs_ = false;
};

}  // namespace

Socket::Socket(asio::io_context& io, Options options, Trace& trace, Listener& listener) {
  if (options.url.tls) {
    asio::ssl::context& tls = *options.tls;
    connection_ = std::make_shared<Over<Secured>>(io, std::move(options), trace, listener, tls);
  } else {
    connection_ = std::make_shared<Over<Plain>>(io, std::move(options), trace, listener);
  }
  connection_->Start();
}

Socket::~Socket() { connection_->Drop(); }

void Socket::Send(std::string text) { connection_->Send(std::move(text)); }
void Socket::Ping() { connection_->Ping(); }
void Socket::Close() { connection_->Close(); }
void Socket::Drop() { connection_->Drop(); }

}  // namespace signaling::ctl
