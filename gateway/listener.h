// Accepts sockets and hands them to the workers in turn. Stops accepting while as many are open as the process may
// have. Not thread-safe: everything happens on the first worker's thread after Open. Owned by the gateway.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/admission.h"
#include "gateway/net.h"
#include "gateway/worker.h"

namespace signaling::gateway {

class Listener {
 public:
  Listener(const std::vector<std::unique_ptr<Worker>>& workers, Admission& admission);

  // Before the workers start.
  absl::Status Open(const std::string& address, std::uint16_t port);
  // The port that Open got.
  std::uint16_t port() const { return port_; }
  void Accept();
  void Close();

 private:
  void OnAccept(beast::error_code ec, TcpSocket socket, Worker& worker, Admission::Place place);
  void AcceptLater();

  // Constant after construction, or after Open.
  const std::vector<std::unique_ptr<Worker>>& workers_;
  Admission& admission_;
  std::uint16_t port_ = 0;

  net::basic_socket_acceptor<net::ip::tcp, IoContext::executor_type> acceptor_;
  Timer pause_;
  std::size_t next_ = 0;
  bool closed_ = false;
};

}  // namespace signaling::gateway
