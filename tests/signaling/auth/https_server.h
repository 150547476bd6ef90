// An https server that says what a test wants it to.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/certificates.h"

namespace signaling::auth {

// One connection at a time, on a thread of its own; owned by the test.
class HttpsServer {
 public:
  // From a request's head to the whole response; empty: the connection stays open, and nothing is said.
  using Handler = std::function<std::string(const std::string& head)>;

  HttpsServer(const TestCertificate& certificate, Handler handler) : handler_(std::move(handler)) {
    namespace asio = boost::asio;
    tls_.use_certificate_chain(asio::buffer(certificate.certificate));
    tls_.use_private_key(asio::buffer(certificate.key), asio::ssl::context::pem);
    Accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~HttpsServer() {
    io_.stop();
    thread_.join();
  }
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

  void Accept() {
    acceptor_.async_accept([this](boost::system::error_code error, auto socket) {
      if (!error) Serve(std::make_unique<Stream>(std::move(socket), tls_));
      Accept();
    });
  }
  void Serve(std::unique_ptr<Stream> stream) {
    boost::system::error_code error;
    stream->handshake(Stream::server, error);
    std::string head;
    if (!error)
      boost::asio::read_until(*stream, boost::asio::dynamic_buffer(head), "\r\n\r\n", error);
    if (error) return;  // who does not trust it
    const std::string response = handler_(head);
    if (response.empty()) {
      silent_.push_back(std::move(stream));
      return;
    }
    boost::asio::write(*stream, boost::asio::buffer(response), error);
    stream->shutdown(error);
  }

  // Constant after construction.
  const Handler handler_;

  // Of the thread.
  boost::asio::io_context io_;
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::vector<std::unique_ptr<Stream>> silent_;
  std::thread thread_;
};

}  // namespace signaling::auth
