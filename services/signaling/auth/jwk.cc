#include "services/signaling/auth/jwk.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling::auth {
namespace {

constexpr std::size_t kMaxKidLength = 256;

absl::Status Unusable(std::string_view why) { return absl::InvalidArgumentError(Absl(why)); }

bool IsPrivate(const json_t* jwk) {
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "oth"}) {
    if (json_object_get(jwk, name) != nullptr) return true;
  }
  return false;
}

bool IsForSignatures(const json_t* jwk) {
  const json_t* use = json_object_get(jwk, "use");
  if (use != nullptr && Text(use) != "sig") return false;
  const json_t* operations = json_object_get(jwk, "key_ops");
  if (operations == nullptr) return true;
  for (std::size_t i = 0; i < json_array_size(operations); ++i) {
    if (Text(json_array_get(operations, i)) == "verify") return true;
  }
  return false;
}

std::optional<KeyType> TypeOf(std::string_view kty, std::string_view curve) {
  if (kty == "oct") return KeyType::kSecret;
  if (kty == "RSA") return KeyType::kRsa;
  if (kty == "EC") return KeyType::kEc;
  if (kty == "OKP" && curve == "Ed25519") return KeyType::kEd25519;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<Key>> ReadJwk(const json_t* jwk, KeySource source) {
  const std::string_view kty = Text(json_object_get(jwk, "kty"));
  if (kty.empty()) return Unusable("has no 'kty'");
  if (kty == "oct" && source == KeySource::kUrl) {
    return Unusable("is a shared secret; what is published must be public keys");
  }
  if (kty != "oct" && IsPrivate(jwk)) {
    return Unusable("is a private key; the service needs the public one");
  }
  if (!IsForSignatures(jwk)) return std::nullopt;

  const bool has_curve = kty == "EC" || kty == "OKP";
  const std::string_view curve = has_curve ? Text(json_object_get(jwk, "crv")) : std::string_view();
  const std::optional<KeyType> type = TypeOf(kty, curve);
  if (!type) return std::nullopt;
  const Algorithm* algorithm = DefaultAlgorithm(*type, curve);
  if (algorithm == nullptr) return std::nullopt;  // a curve that is not ours
  if (const json_t* alg = json_object_get(jwk, "alg"); alg != nullptr) {
    algorithm = FindAlgorithm(Text(alg));
    if (algorithm == nullptr) return std::nullopt;
    if (algorithm->type != *type || algorithm->curve != curve) {
      return Unusable(absl::StrCat("cannot be a key of ", Absl(algorithm->name)));
    }
  }

  std::string kid;
  if (const json_t* value = json_object_get(jwk, "kid"); value != nullptr) {
    kid = Text(value);
    if (kid.empty() || kid.size() > kMaxKidLength) {
      return Unusable(absl::StrCat("'kid' is not a string of 1 to ", kMaxKidLength, " bytes"));
    }
  }
  absl::StatusOr<Key> key = Key::Make(jwk, *algorithm, std::move(kid));
  if (!key.ok()) return key.status();
  return std::optional<Key>(*std::move(key));
}

}  // namespace signaling::auth
