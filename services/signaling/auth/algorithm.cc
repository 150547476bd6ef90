#include "services/signaling/auth/algorithm.h"

#include <algorithm>

namespace signaling::auth {
namespace {

using enum KeyType;

constexpr Algorithm kAlgorithms[] = {
    {"HS256", kSecret, "", 32, 32},       {"HS384", kSecret, "", 48, 48},
    {"HS512", kSecret, "", 64, 64},       {"RS256", kRsa, "", 32, 0},
    {"RS384", kRsa, "", 48, 0},           {"RS512", kRsa, "", 64, 0},
    {"PS256", kRsa, "", 32, 0},           {"PS384", kRsa, "", 48, 0},
    {"PS512", kRsa, "", 64, 0},           {"ES256", kEc, "P-256", 32, 64},
    {"ES384", kEc, "P-384", 48, 96},      {"ES512", kEc, "P-521", 64, 132},
    {"EdDSA", kEd25519, "Ed25519", 0, 64}};

template <typename Predicate>
const Algorithm* Find(Predicate predicate) {
  const auto* found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), predicate);
  return found == std::end(kAlgorithms) ? nullptr : found;
}

}  // namespace

std::span<const Algorithm> AllAlgorithms() { return kAlgorithms; }

const Algorithm* FindAlgorithm(std::string_view name) {
  return Find([&](const Algorithm& one) { return one.name == name; });
}

const Algorithm* DefaultAlgorithm(KeyType type, std::string_view curve) {
  return Find([&](const Algorithm& one) { return one.type == type && one.curve == curve; });
}

}  // namespace signaling::auth
