#include "services/signaling/auth/key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/free_with.h"
#include "services/common/text.h"
#include "services/signaling/auth/jose.h"

namespace signaling::auth {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;  // beyond, one token costs more than a client may cost
constexpr std::size_t kEd25519Bytes = 32;

absl::Status Unusable(std::string_view why) { return absl::InvalidArgumentError(Absl(why)); }

std::optional<std::string> Member(const json_t* jwk, const char* name) {
  const std::string_view text = Text(json_object_get(jwk, name));
  return text.empty() ? std::nullopt : DecodeBase64Url(text);
}

Json Copy(const json_t* jwk, const Algorithm& algorithm, const char* kty,
          std::initializer_list<const char*> members) {
  Json copy(json_object());
  json_object_set_new(copy.get(), "kty", json_string(kty));
  json_object_set_new(copy.get(), "alg",
                      json_stringn(algorithm.name.data(), algorithm.name.size()));
  for (const char* name : members) {
    const std::string_view text = Text(json_object_get(jwk, name));
    json_object_set_new(copy.get(), name, json_stringn(text.data(), text.size()));
  }
  return copy;
}

EvpKey ToEvp(const json_t* jwk) {
  EvpKey key(jose_openssl_jwk_to_EVP_PKEY(QuietJose().get(), jwk));
  ERR_clear_error();
  return key;
}

// What a failure leaves behind would be taken for one of TLS on this thread.
struct ClearErrors {
  ~ClearErrors() { ERR_clear_error(); }
};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool SignedWithEd25519(EVP_PKEY* key, const SignedParts& parts) {
  const std::string input = absl::StrCat(Absl(parts.header), ".", Absl(parts.payload));
  const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(parts.signature_bytes), parts.signature_bytes.size(),
                          Bytes(input), input.size()) == 1;
}

}  // namespace

absl::StatusOr<Key> Key::Make(const json_t* jwk, const Algorithm& algorithm, std::string kid) {
  const ClearErrors at_the_end;
  Key key(algorithm, std::move(kid));
  key.signature_bytes_ = algorithm.signature_bytes;
  absl::Status status;
  switch (algorithm.type) {
    case KeyType::kSecret: status = key.TakeSecret(jwk); break;
    case KeyType::kRsa: status = key.TakeRsa(jwk); break;
    case KeyType::kEc: status = key.TakeEc(jwk); break;
    case KeyType::kEd25519: status = key.TakeEd25519(jwk); break;
  }
  if (!status.ok()) return status;
  return key;
}

absl::Status Key::TakeSecret(const json_t* jwk) {
  std::optional<std::string> secret = Member(jwk, "k");
  if (!secret) return Unusable("'k' is not base64url");
  const bool is_long_enough = secret->size() >= algorithm_->hash_bytes;
  OPENSSL_cleanse(secret->data(), secret->size());
  if (!is_long_enough) {  // RFC 7518, section 3.2
    return Unusable(absl::StrCat("is shorter than the ", algorithm_->hash_bytes, " bytes that ",
                                 Absl(algorithm_->name), " needs"));
  }
  jwk_ = Copy(jwk, *algorithm_, "oct", {"k"});
  return absl::OkStatus();
}

absl::Status Key::TakeRsa(const json_t* jwk) {
  const std::optional<std::string> exponent = Member(jwk, "e");
  if (!Member(jwk, "n") || !exponent) return Unusable("'n' or 'e' is not base64url");
  // With the exponent 1 everybody signs.
  if (*exponent == "\x01" || (exponent->back() & 1) == 0) return Unusable("has a bad exponent");
  jwk_ = Copy(jwk, *algorithm_, "RSA", {"n", "e"});
  const EvpKey key = ToEvp(jwk_.get());
  if (!key) return Unusable("is not an RSA key");
  const int bits = EVP_PKEY_bits(key.get());
  if (bits < kMinRsaBits) return Unusable(absl::StrCat("has less than ", kMinRsaBits, " bits"));
  if (bits > kMaxRsaBits) return Unusable(absl::StrCat("has more than ", kMaxRsaBits, " bits"));
  signature_bytes_ = static_cast<std::size_t>(bits + 7) / 8;
  return absl::OkStatus();
}

absl::Status Key::TakeEc(const json_t* jwk) {
  const std::optional<std::string> x = Member(jwk, "x");
  const std::optional<std::string> y = Member(jwk, "y");
  if (!x || !y) return Unusable("'x' or 'y' is not base64url");
  if (x->size() != signature_bytes_ / 2 || y->size() != x->size()) {
    return Unusable(absl::StrCat("'x' or 'y' is not ", signature_bytes_ / 2, " bytes long"));
  }
  jwk_ = Copy(jwk, *algorithm_, "EC", {"crv", "x", "y"});
  if (!ToEvp(jwk_.get())) return Unusable(absl::StrCat("is no point of ", Absl(algorithm_->curve)));
  return absl::OkStatus();
}

absl::Status Key::TakeEd25519(const json_t* jwk) {
  const std::optional<std::string> x = Member(jwk, "x");
  if (!x || x->size() != kEd25519Bytes) return Unusable("'x' is not 32 bytes of base64url");
  ed25519_.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*x), x->size()));
  return ed25519_ ? absl::OkStatus() : Unusable("is not an Ed25519 key");
}

bool Key::Signed(const SignedParts& parts) const {
  const ClearErrors at_the_end;
  if (parts.signature_bytes.size() != signature_bytes_) return false;
  if (ed25519_) return SignedWithEd25519(ed25519_.get(), parts);
  const Json jws(json_pack("{s:s%,s:s%,s:s%}", "protected", parts.header.data(),
                           parts.header.size(), "payload", parts.payload.data(),
                           parts.payload.size(), "signature", parts.signature.data(),
                           parts.signature.size()));
  return jws && jose_jws_ver(QuietJose().get(), jws.get(), nullptr, jwk_.get(), false);
}

}  // namespace signaling::auth
