#include "gateway/forwarded.h"

#include <boost/system/error_code.hpp>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/common/settings.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;
constexpr unsigned kBitsOfAByte = 8;

IpAddress Plain(const IpAddress& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<IpAddress> ParseAddress(absl::string_view text) {
  boost::system::error_code ec;
  const IpAddress address = ip::make_address(std::string(text), ec);
  if (ec) return std::nullopt;
  return Plain(address);
}

// Some proxies write the port as well: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::optional<IpAddress> ParseElement(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (auto address = ParseAddress(text)) return address;
  const std::size_t colon = text.rfind(':');
  const bool bracketed = absl::ConsumePrefix(&text, "[");
  if (bracketed) return ParseAddress(text.substr(0, text.find(']')));
  return colon == absl::string_view::npos ? std::nullopt : ParseAddress(text.substr(0, colon));
}

template <typename Bytes>
bool SameBits(const Bytes& a, const Bytes& b, unsigned count) {
  for (std::size_t i = 0; count > 0; ++i) {
    const unsigned bits = count < kBitsOfAByte ? count : kBitsOfAByte;
    if (((a[i] ^ b[i]) >> (kBitsOfAByte - bits)) != 0) return false;
    count -= bits;
  }
  return true;
}

}  // namespace

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(const std::vector<std::string>& list) {
  TrustedProxies proxies;
  for (const std::string& one : list) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(one, absl::MaxSplits('/', 1));
    const std::optional<IpAddress> address = ParseAddress(parts.first);
    const unsigned most = address && address->is_v6() ? kIpv6Bits : kIpv4Bits;
    std::uint32_t length = most;
    if (!address || (parts.first.size() < one.size() &&
                     (!absl::SimpleAtoi(parts.second, &length) || length > most))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", RedactedInError(one), "': must be an IP address, or a prefix like 10.0.0.0/8"));
    }
    proxies.prefixes_.push_back({*address, length});
  }
  return proxies;
}

bool TrustedProxies::Contains(const IpAddress& address) const {
  const IpAddress plain = Plain(address);
  for (const Prefix& prefix : prefixes_) {
    if (prefix.address.is_v4() != plain.is_v4()) continue;
    if (plain.is_v4()
            ? SameBits(plain.to_v4().to_bytes(), prefix.address.to_v4().to_bytes(), prefix.length)
            : SameBits(plain.to_v6().to_bytes(), prefix.address.to_v6().to_bytes(),
                       prefix.length)) {
      return true;
    }
  }
  return false;
}

IpAddress ClientAddress(const IpAddress& peer, std::string_view forwarded_for,
                        const TrustedProxies& trusted) {
  IpAddress client = Plain(peer);
  if (trusted.empty() || forwarded_for.empty() || !trusted.Contains(client)) return client;
  absl::string_view rest = Absl(forwarded_for);
  while (true) {
    const std::size_t comma = rest.rfind(',');
    const std::optional<IpAddress> address =
        ParseElement(comma == absl::string_view::npos ? rest : rest.substr(comma + 1));
    if (!address) return Plain(peer);
    client = *address;
    if (comma == absl::string_view::npos || !trusted.Contains(client)) return client;
    rest = rest.substr(0, comma);
  }
}

}  // namespace signaling::gateway
