// New connections and failed authentications by address. Shared by all threads of a process: thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "services/common/bucket_table.h"
#include "services/common/rate_limits.h"

namespace signaling {

// Who shares a bucket: one IPv4 address, also where it is written as an IPv6 one (RFC 4291, section 2.5.5.2), or one IPv6
// network of 64 bits, which a single customer has at least. A value.
class AddressKey {
 public:
  // Whatever is no address shares one key.
  AddressKey() = default;
  explicit AddressKey(std::string_view address);

  bool operator==(const AddressKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H hash, const AddressKey& key) {
    return H::combine(std::move(hash), key.bits_, key.family_);
  }

 private:
  std::uint64_t bits_ = 0;
  std::uint8_t family_ = 0;
};

class AddressLimiter {
 public:
  using Time = TokenBucket::Time;

  struct Refusal {
    Limit limit;  // connection or authentication
    Time retry_after;
  };

  // 100 000 addresses of each kind take some ten MB.
  explicit AddressLimiter(const RateLimits& limits, std::size_t max_addresses = 100'000);

  // From now on, for addresses that are known too.
  void SetLimits(const RateLimits& limits);

  // A new connection of that address; nothing: it may come in.
  std::optional<Refusal> OnConnection(const AddressKey& address, Time now);
  // Too many of that address have failed: it should not try again now.
  std::optional<Refusal> MayAuthenticate(const AddressKey& address, Time now) const;
  void OnFailedAuthentication(const AddressKey& address, Time now);

 private:
  std::atomic<bool> enabled_;
  BucketTable<AddressKey> connections_;
  BucketTable<AddressKey> failures_;
};

}  // namespace signaling
