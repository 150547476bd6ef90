// Whose address a connection counts for: behind a proxy that is trusted the one that it names, else the peer's own.
// Only X-Forwarded-For is read, which every proxy writes; not Forwarded (RFC 7239).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace signaling::gateway {

using IpAddress = boost::asio::ip::address;

// An immutable value. The default trusts nobody.
class TrustedProxies {
 public:
  TrustedProxies() = default;

  // Addresses ("192.0.2.1") and prefixes ("10.0.0.0/8", "fd00::/8").
  static absl::StatusOr<TrustedProxies> Parse(const std::vector<std::string>& list);

  bool Contains(const IpAddress& address) const;
  bool empty() const { return prefixes_.empty(); }

 private:
  struct Prefix {
    IpAddress address;
    unsigned length;
  };

  std::vector<Prefix> prefixes_;
};

// Where `peer` is trusted, the right-most address of `forwarded_for` that is not (the left-most, where all are). The
// peer's where it is not trusted, and where something else than an address is met on the way: then a proxy does not do
// what it is trusted for. `forwarded_for` is the header's value, its lines joined by commas (RFC 9110, section 5.3).
// An IPv4 address in an IPv6 one is told as what it is.
IpAddress ClientAddress(const IpAddress& peer, std::string_view forwarded_for,
                        const TrustedProxies& trusted);

}  // namespace signaling::gateway
