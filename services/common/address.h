// Where a process listens.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace signaling {

// The socket address "host:port", with brackets around an IPv6 literal (RFC 3986, section 3.2.2).
std::string HostPort(std::string_view host, int port);

// An IPv4 or IPv6 literal.
bool IsAddress(std::string_view address);

// One of this machine alone (127.0.0.0/8, ::1).
bool IsLoopback(std::string_view address);

// Where a process reaches itself that listens on `address`. Whoever listens on every address is reached at 127.0.0.1, also
// on "::", which is both families for gRPC and Asio: a container whose IPv6 is turned off has no ::1.
std::string DialAddress(std::string_view address);

// What keeps strangers out of a process.
struct Guard {
  bool guarded = false;
  bool allow_anonymous = false;
  // In words, where it is not guarded: "clients need no token (--auth_keys)".
  std::string_view missing{};
};

// Closed by default: what is not guarded listens on loopback only, unless anonymous use is asked for. Invalid where
// `address` is no literal.
absl::Status CheckListenAddress(std::string_view address, const Guard& guard);

}  // namespace signaling
