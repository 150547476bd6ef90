// Short names for the networking types. Sockets carry the io_context's own executor, not the type-erased one: that
// saves memory and calls on every socket.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <chrono>

namespace signaling::gateway {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using IoContext = net::io_context;
using TcpSocket = net::basic_stream_socket<net::ip::tcp, IoContext::executor_type>;
using Timer = net::basic_waitable_timer<std::chrono::steady_clock,
                                        net::wait_traits<std::chrono::steady_clock>,
                                        IoContext::executor_type>;
using HttpRequest = http::request<http::empty_body>;

}  // namespace signaling::gateway
