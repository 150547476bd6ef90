#include "services/common/address_limiter.h"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <string>

namespace signaling {
namespace {

constexpr std::uint8_t kIpv4 = 4;
constexpr std::uint8_t kIpv6 = 6;
constexpr std::size_t kNetworkBytes = 8;

}  // namespace

AddressKey::AddressKey(std::string_view address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code ec;
  const ip::address parsed = ip::make_address(std::string(address), ec);
  if (ec) return;
  if (parsed.is_v4()) {
    family_ = kIpv4;
    bits_ = parsed.to_v4().to_uint();
  } else if (parsed.to_v6().is_v4_mapped()) {
    family_ = kIpv4;
    bits_ = ip::make_address_v4(ip::v4_mapped, parsed.to_v6()).to_uint();
  } else {
    family_ = kIpv6;
    const auto bytes = parsed.to_v6().to_bytes();
    for (std::size_t i = 0; i < kNetworkBytes; ++i) bits_ = bits_ << 8U | bytes[i];
  }
}

AddressLimiter::AddressLimiter(const RateLimits& limits, std::size_t max_addresses)
    : enabled_(limits.enabled),
      connections_(RateOf(limits, Limit::kConnection), max_addresses),
      failures_(RateOf(limits, Limit::kAuthentication), max_addresses) {}

void AddressLimiter::SetLimits(const RateLimits& limits) {
  enabled_ = limits.enabled;
  connections_.SetRate(RateOf(limits, Limit::kConnection));
  failures_.SetRate(RateOf(limits, Limit::kAuthentication));
}

std::optional<AddressLimiter::Refusal> AddressLimiter::OnConnection(const AddressKey& address,
                                                                    Time now) {
  if (!enabled_) return std::nullopt;
  if (!connections_.Take(address, now)) {
    return Refusal{Limit::kConnection, connections_.UntilToken(address, now)};
  }
  return MayAuthenticate(address, now);
}

std::optional<AddressLimiter::Refusal> AddressLimiter::MayAuthenticate(const AddressKey& address,
                                                                       Time now) const {
  if (!enabled_) return std::nullopt;
  const Time wait = failures_.UntilToken(address, now);
  if (wait == Time::zero()) return std::nullopt;
  return Refusal{Limit::kAuthentication, wait};
}

void AddressLimiter::OnFailedAuthentication(const AddressKey& address, Time now) {
  if (enabled_) failures_.Take(address, now);
}

}  // namespace signaling
