#include "services/common/address.h"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling {
namespace {

boost::asio::ip::address Parse(std::string_view address, boost::system::error_code& ec) {
  return boost::asio::ip::make_address(std::string(address), ec);
}

}  // namespace

std::string HostPort(std::string_view host, int port) {
  if (host.find(':') != std::string_view::npos) return absl::StrCat("[", Absl(host), "]:", port);
  return absl::StrCat(Absl(host), ":", port);
}

bool IsAddress(std::string_view address) {
  boost::system::error_code ec;
  Parse(address, ec);
  return !ec;
}

bool IsLoopback(std::string_view address) {
  boost::system::error_code ec;
  const auto parsed = Parse(address, ec);
  return !ec && parsed.is_loopback();
}

std::string DialAddress(std::string_view address) {
  boost::system::error_code ec;
  const auto parsed = Parse(address, ec);
  return !ec && parsed.is_unspecified() ? "127.0.0.1" : std::string(address);
}

absl::Status CheckListenAddress(std::string_view address, const Guard& guard) {
  if (!IsAddress(address)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--address=", Absl(address), ": not an IPv4 or IPv6 address"));
  }
  if (guard.guarded || guard.allow_anonymous || IsLoopback(address)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--address=", Absl(address), " is reachable from outside and ",
                   Absl(guard.missing), "; say --allow_anonymous if that is meant"));
}

}  // namespace signaling
