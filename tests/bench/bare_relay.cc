// The baseline of the benchmarks: two WebSockets in one room get each other's messages verbatim, and nothing else
// happens. No JSON, no check, no number, no queue, no metric: what is above its cost is the price of what we do.
// One thread, callbacks, the cheapest socket type that Asio has. Never for use.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
namespace websocket = beast::websocket;
using tcp = net::ip::tcp;
using beast::error_code;
using Socket = net::basic_stream_socket<tcp, net::io_context::executor_type>;

class Session;
using Rooms = std::unordered_map<std::string, std::weak_ptr<Session>>;

// One socket. Has at most one write outstanding, because only the other one writes to it, and that one reads its next
// message when the write is done. Kept alive by its own pending operation and, until the other goes, by the other.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, Rooms* rooms) : ws_(std::move(socket)), rooms_(rooms) {}

  void Start() {
    ws_.next_layer().set_option(tcp::no_delay(true));
    http::async_read(ws_.next_layer(), buffer_, request_,
                     [self = shared_from_this()](error_code ec, std::size_t) {
                       if (!ec) self->Accept();
                     });
  }

 private:
  void Accept() {
    const std::string target(request_.target());
    const std::size_t begin = target.find("room=");
    if (begin == std::string::npos) return;
    const std::string room = target.substr(begin + 5, target.find('&', begin) - begin - 5);
    if (auto other = (*rooms_)[room].lock()) {
      peer_ = other;
      other->peer_ = shared_from_this();
      rooms_->erase(room);
    } else {
      (*rooms_)[room] = weak_from_this();
    }
    ws_.auto_fragment(false);
    ws_.async_accept(request_, [self = shared_from_this()](error_code ec) {
      self->open_ = !ec;
      self->request_ = {};
      self->Read();
    });
  }

  void Read() {
    buffer_.consume(buffer_.size());
    ws_.async_read(buffer_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->End();
      auto peer = self->peer_;
      if (!peer || !peer->open_) return self->Read();
      peer->ws_.async_write(self->buffer_.cdata(),
                            [self, peer](error_code, std::size_t) { self->Read(); });
    });
  }

  void End() {
    open_ = false;
    if (peer_) peer_->peer_.reset();
    peer_.reset();
  }

  websocket::stream<Socket> ws_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  Rooms* rooms_;
  std::shared_ptr<Session> peer_;
  bool open_ = false;
};

using Acceptor = net::basic_socket_acceptor<tcp, net::io_context::executor_type>;

void AcceptLoop(Acceptor& acceptor, Rooms& rooms) {
  acceptor.async_accept([&](error_code ec, Socket socket) {
    if (!ec) std::make_shared<Session>(std::move(socket), &rooms)->Start();
    AcceptLoop(acceptor, rooms);
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  const std::string_view text = argc > 1 ? argv[1] : "0";
  std::from_chars(text.data(), text.data() + text.size(), port);
  net::io_context io(1);
  Rooms rooms;
  Acceptor acceptor(io, tcp::endpoint(net::ip::make_address("127.0.0.1"), port));
  AcceptLoop(acceptor, rooms);
  std::printf("{\"event\":\"listening\",\"port\":%u}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  io.run();
}
