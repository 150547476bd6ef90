// The signature algorithms of RFC 7518 and 8037 that a key can have here. There is no `none` among them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace signaling::auth {

enum class KeyType { kSecret, kRsa, kEc, kEd25519 };

struct Algorithm {
  std::string_view name;  // `alg`
  KeyType type;
  std::string_view curve;  // `crv`; of elliptic curves alone
  std::size_t hash_bytes;
  std::size_t signature_bytes;  // 0: as many as the modulus has
};

// The first of a type (and curve) is what a key without `alg` is pinned to.
std::span<const Algorithm> AllAlgorithms();

// Null: none of ours.
const Algorithm* FindAlgorithm(std::string_view name);
const Algorithm* DefaultAlgorithm(KeyType type, std::string_view curve);

}  // namespace signaling::auth
