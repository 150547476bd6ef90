#include "gateway/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "services/common/acceptor.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::milliseconds kPause{100};
// In the kernel, of one socket.
constexpr int kMaxUnsentBytes = 16 * 1024;

}  // namespace

Listener::Listener(const std::vector<std::unique_ptr<Worker>>& workers, Admission& admission)
    : workers_(workers),
      admission_(admission),
      acceptor_(workers.front()->io()),
      pause_(workers.front()->io()) {}

absl::Status Listener::Open(const std::string& address, std::uint16_t port) {
  if (absl::Status status = Listen(acceptor_, address, port); !status.ok()) return status;
  port_ = acceptor_.local_endpoint().port();
  return absl::OkStatus();
}

void Listener::Accept() {
  if (closed_) return;
  Admission::Place place = admission_.TakeSocket();
  if (!place) return AcceptLater();
  Worker& worker = *workers_[next_++ % workers_.size()];
  acceptor_.async_accept(worker.io(), [this, &worker, moved = std::move(place)](
                                          beast::error_code ec, TcpSocket socket) mutable {
    OnAccept(ec, std::move(socket), worker, std::move(moved));
  });
}

void Listener::OnAccept(beast::error_code ec, TcpSocket socket, Worker& worker,
                        Admission::Place place) {
  if (closed_) return;
  // Mostly out of descriptors: accepting again at once would spin.
  if (ec) return AcceptLater();
  beast::error_code ignored;
  socket.set_option(net::ip::tcp::no_delay(true), ignored);
  // What a client does not take has to be seen here, where it is bounded, and not to fill the kernel's buffers first, which
  // hold more than all that the service keeps for a session. Only what is not sent counts: throughput stays as it is.
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsentBytes,
             sizeof kMaxUnsentBytes);
  worker.Accept(
      {ClientSocket(std::move(socket)), std::move(place), std::chrono::steady_clock::now()});
  Accept();
}

void Listener::AcceptLater() {
  pause_.expires_after(kPause);
  pause_.async_wait([this](beast::error_code ec) {
    if (!ec) Accept();
  });
}

void Listener::Close() {
  closed_ = true;
  beast::error_code ec;
  acceptor_.close(ec);
  pause_.cancel();
}

}  // namespace signaling::gateway
