#include "services/signalctl/doctor/http_get.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint64_t kMaxBody = std::uint64_t{8} << 20;
constexpr unsigned kHttp11 = 11;

struct Exchange {
  asio::io_context io;
  tcp::resolver resolver{io};
  beast::tcp_stream stream{io};
  http::request<http::empty_body> request;
  http::response_parser<http::string_body> parser;
  beast::flat_buffer buffer;
  beast::error_code error;
  bool done = false;

  void End(beast::error_code ec) {
    error = ec;
    done = true;
  }
};

void Begin(Exchange& exchange, const Url& base) {
  exchange.resolver.async_resolve(
      base.host, std::to_string(base.port), [&exchange](beast::error_code ec, const auto& found) {
        if (ec) return exchange.End(ec);
        exchange.stream.async_connect(found, [&exchange](beast::error_code failed, const auto&) {
          if (failed) return exchange.End(failed);
          http::async_write(
              exchange.stream, exchange.request, [&exchange](beast::error_code e, std::size_t) {
                if (e) return exchange.End(e);
                http::async_read(
                    exchange.stream, exchange.buffer, exchange.parser,
                    [&exchange](beast::error_code last, std::size_t) { exchange.End(last); });
              });
        });
      });
}

}  // namespace

absl::StatusOr<HttpAnswer> HttpGet(const Url& base, std::string_view path, Duration timeout) {
  Exchange exchange;
  exchange.request.version(kHttp11);
  exchange.request.method(http::verb::get);
  exchange.request.target({path.data(), path.size()});
  exchange.request.set(http::field::host, base.authority());
  exchange.request.set(http::field::user_agent, "signalctl");
  exchange.request.set(http::field::connection, "close");
  exchange.parser.body_limit(kMaxBody);
  Begin(exchange, base);
  exchange.io.run_for(timeout);
  if (!exchange.done) {
    return absl::DeadlineExceededError(
        absl::StrCat("nothing came from ", base.authority(), Absl(path), " in time"));
  }
  if (exchange.error) {
    return absl::UnavailableError(
        absl::StrCat(base.authority(), Absl(path), ": ", exchange.error.message()));
  }
  return HttpAnswer{static_cast<int>(exchange.parser.get().result_int()),
                    std::move(exchange.parser.get().body())};
}

}  // namespace signaling::ctl
