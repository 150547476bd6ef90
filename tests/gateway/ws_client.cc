#include "tests/gateway/ws_client.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <functional>

namespace signaling::gateway {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using net::ip::tcp;

constexpr std::chrono::seconds kDeadline{30};

tcp::endpoint Loopback(std::uint16_t port) { return {net::ip::make_address("127.0.0.1"), port}; }

}  // namespace

class WsClient::Impl {
 public:
  Impl(std::uint16_t port, const std::string& target, const std::string& subprotocol) {
    beast::error_code ec;
    stream_.next_layer().connect(Loopback(port), ec);
    EXPECT_FALSE(ec) << ec.message();
    stream_.read_message_max(0);
    if (!subprotocol.empty()) {
      stream_.set_option(
          websocket::stream_base::decorator([subprotocol](websocket::request_type& request) {
            request.set(beast::http::field::sec_websocket_protocol, subprotocol);
          }));
    }
    stream_.async_handshake(response_, "127.0.0.1:" + std::to_string(port), target, Done());
    Wait("upgrade");
    EXPECT_FALSE(ec_) << ec_.message();
  }

  void Send(std::string_view payload, bool text) {
    stream_.text(text);
    stream_.async_write(net::buffer(payload.data(), payload.size()),
                        [this](beast::error_code ec, std::size_t) { Finish(ec); });
    Wait("write");
  }

  void Close(std::uint16_t code) {
    stream_.async_close(websocket::close_reason(code), Done());
    Wait("close");
  }

  std::optional<boost::json::object> Receive() {
    buffer_.clear();
    stream_.async_read(buffer_, [this](beast::error_code ec, std::size_t) { Finish(ec); });
    Wait("read");
    if (ec_) return std::nullopt;
    return boost::json::parse(beast::buffers_to_string(buffer_.data())).as_object();
  }

  std::uint16_t close_code() const {
    return ec_ == websocket::error::closed ? stream_.reason().code : 1006;
  }

  std::string subprotocol() const {
    const auto value = response_[beast::http::field::sec_websocket_protocol];
    return {value.data(), value.size()};
  }

 private:
  std::function<void(beast::error_code)> Done() {
    return [this](beast::error_code ec) { Finish(ec); };
  }
  void Finish(beast::error_code ec) {
    done_ = true;
    ec_ = ec;
  }
  void Wait(const char* what) {
    done_ = false;
    io_.restart();
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!done_ && std::chrono::steady_clock::now() < end) io_.run_one_until(end);
    if (done_) return;
    ADD_FAILURE() << "no " << what << " in time";
    beast::error_code ignored;
    stream_.next_layer().close(ignored);
    io_.run();
  }

  net::io_context io_;
  websocket::stream<tcp::socket> stream_{io_};
  websocket::response_type response_;
  beast::flat_buffer buffer_;
  beast::error_code ec_;
  bool done_ = false;
};

WsClient::WsClient(std::uint16_t port, const std::string& target, const std::string& subprotocol)
    : impl_(std::make_unique<Impl>(port, target, subprotocol)) {}
WsClient::~WsClient() = default;

void WsClient::SendText(std::string_view text) { impl_->Send(text, true); }
void WsClient::SendBinary(std::string_view bytes) { impl_->Send(bytes, false); }
void WsClient::Close(std::uint16_t code) { impl_->Close(code); }
std::optional<boost::json::object> WsClient::Receive() { return impl_->Receive(); }
std::uint16_t WsClient::close_code() const { return impl_->close_code(); }
std::string WsClient::subprotocol() const { return impl_->subprotocol(); }

std::string RawExchange(std::uint16_t port, std::string_view request) {
  net::io_context io;
  tcp::socket socket(io);
  beast::error_code ec;
  socket.connect(Loopback(port), ec);
  EXPECT_FALSE(ec) << ec.message();
  net::write(socket, net::buffer(request.data(), request.size()), ec);
  std::string answer;
  bool ended = false;
  net::async_read(socket, net::dynamic_buffer(answer),
                  [&](beast::error_code, std::size_t) { ended = true; });
  io.run_for(kDeadline);
  EXPECT_TRUE(ended) << "the server does not close";
  return answer;
}

}  // namespace signaling::gateway
