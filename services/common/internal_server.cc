#include "services/common/internal_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <iterator>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/text_serializer.h"
#include "services/common/acceptor.h"
#include "services/common/metric_family.h"

namespace signaling {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds kTimeout{10};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;
// A scraper and some probes hold one each; what else opens more would take the descriptors of clients.
constexpr std::size_t kMaxConnections = 32;

struct Handler {
  InternalServer::Check healthy;
  InternalServer::Check ready;
  std::vector<std::shared_ptr<prometheus::Collectable>> metrics;

  std::string Scrape() const {
    std::vector<prometheus::MetricFamily> families;
    for (const auto& source : metrics) {
      std::vector<prometheus::MetricFamily> some = source->Collect();
      families.insert(families.end(), std::make_move_iterator(some.begin()),
                      std::make_move_iterator(some.end()));
    }
    families.push_back(
        GaugeFamily("signaling_ready", "1 where /readyz says ok, else 0.", ready().ok() ? 1 : 0));
    return prometheus::TextSerializer().Serialize(families);
  }

  http::response<http::string_body> Answer(const http::request<http::empty_body>& request) const {
    http::response<http::string_body> response{http::status::ok, request.version()};
    response.set(http::field::cache_control, "no-store");
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    const std::string_view target(request.target().data(), request.target().size());
    const std::string_view path = target.substr(0, target.find('?'));
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      response.result(http::status::method_not_allowed);
      response.set(http::field::allow, "GET, HEAD");
    } else if (path == "/metrics") {
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = Scrape();
    } else if (path == "/healthz") {
      Report(healthy(), response);
    } else if (path == "/readyz") {
      Report(ready(), response);
    } else {
      response.result(http::status::not_found);
      response.body() = "see /metrics, /healthz, /readyz\n";
    }
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    return response;
  }

  static void Report(const absl::Status& status, http::response<http::string_body>& response) {
    if (!status.ok()) response.result(http::status::service_unavailable);
    response.body() = absl::StrCat(status.ok() ? "ok" : status.message(), "\n");
  }
};

// Owned by its pending operation.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // In the order in which they came; outlives them.
  using All = std::list<Connection*>;

  Connection(tcp::socket socket, const Handler& handler, All& all)
      : stream_(std::move(socket)),
        handler_(handler),
        all_(all),
        at_(all.insert(all.end(), this)) {}
  ~Connection() { all_.erase(at_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // What it waits for fails.
  void Close() { stream_.close(); }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    stream_.expires_after(kTimeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code ec, std::size_t) {
                       if (!ec) self->Write();
                     });
  }

 private:
  void Write() {
    response_ = handler_.Answer(parser_->get());
    stream_.expires_after(kTimeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code ec, std::size_t) {
                        if (!ec && self->response_.keep_alive()) self->Read();
                      });
  }

  beast::tcp_stream stream_;
  const Handler& handler_;
  All& all_;
  const All::iterator at_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

class InternalServer::Impl {
 public:
  explicit Impl(Handler handler) : handler_(std::move(handler)) {}

  ~Impl() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const std::string& address, std::uint16_t port) {
    if (absl::Status status = signaling::Listen(acceptor_, address, port); !status.ok())
      return status;
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  std::uint16_t port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code ec, tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      if (!ec) {
        if (connections_.size() >= kMaxConnections) connections_.front()->Close();
        std::make_shared<Connection>(std::move(socket), handler_, connections_)->Read();
        return Accept();
      }
      // Mostly out of descriptors: accepting again at once would spin.
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](beast::error_code) { Accept(); });
    });
  }

  const Handler handler_;
  Connection::All connections_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

InternalServer::InternalServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InternalServer::~InternalServer() = default;

std::uint16_t InternalServer::port() const { return impl_->port(); }

absl::StatusOr<std::unique_ptr<InternalServer>> InternalServer::Start(
    Options options, std::vector<std::shared_ptr<prometheus::Collectable>> metrics) {
  auto impl = std::make_unique<Impl>(
      Handler{std::move(options.healthy), std::move(options.ready), std::move(metrics)});
  if (absl::Status status = impl->Listen(options.address, options.port); !status.ok()) {
    return status;
  }
  return std::unique_ptr<InternalServer>(new InternalServer(std::move(impl)));
}

}  // namespace signaling
