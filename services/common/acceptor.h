// Opening a listening TCP socket.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"

namespace signaling {

// Makes `acceptor`, an Asio acceptor that is not open, listen at an IPv4 or IPv6 literal; port 0 takes any. Unavailable, with
// the reason, where that cannot be.
template <class Acceptor>
absl::Status Listen(Acceptor& acceptor, const std::string& address, std::uint16_t port) {
  namespace asio = boost::asio;
  boost::system::error_code ec;
  asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address, ec), port);
  if (!ec) acceptor.open(endpoint.protocol(), ec);
  if (ec == asio::error::address_family_not_supported && endpoint.address().is_unspecified()) {
    // "::" is every address. Of a kernel without IPv6 (booted with ipv6.disable=1) these are the IPv4 ones, as for gRPC.
    endpoint.address(asio::ip::address_v4::any());
    ec.clear();
    acceptor.open(endpoint.protocol(), ec);
  }
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", HostPort(address, port), ": ", ec.message()));
}

}  // namespace signaling
