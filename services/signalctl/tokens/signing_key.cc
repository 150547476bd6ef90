#include "services/signalctl/tokens/signing_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/free_with.h"
#include "services/common/secret_file.h"
#include "services/common/small_file.h"
#include "services/common/text.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/tokens/private_pem.h"
#include "services/signaling/auth/jose.h"
#include "services/signaling/auth/pem.h"

namespace signaling::ctl {
namespace {

using auth::Json;
using auth::KeyType;
using auth::Text;

constexpr std::size_t kEd25519Bytes = 32;

absl::Status Bad(absl::string_view where, absl::string_view why) {
  return Fail(ExitCode::kUsage, absl::StrCat(where, ": ", why));
}

std::string Member(const json_t* jwk, const char* name) {
  return std::string(Text(json_object_get(jwk, name)));
}

bool CanSign(const json_t* jwk) {
  return Member(jwk, "kty") == "oct" ? json_object_get(jwk, "k") != nullptr
                                     : json_object_get(jwk, "d") != nullptr;
}

Json Copy(const json_t* jwk, std::initializer_list<const char*> members) {
  Json copy(json_object());
  for (const char* name : members) {
    if (json_t* value = json_object_get(jwk, name)) json_object_set(copy.get(), name, value);
  }
  return copy;
}

void Set(const Json& object, const char* name, std::string_view text) {
  json_object_set_new(object.get(), name, json_stringn(text.data(), text.size()));
}

std::string Dump(const json_t* value) {
  const std::unique_ptr<char, FreeWith<std::free>> text(json_dumps(value, JSON_COMPACT));
  return text ? text.get() : std::string();
}

const auth::Algorithm* AlgorithmOf(const json_t* jwk, const std::string& wanted) {
  const std::string kty = Member(jwk, "kty");
  const std::string curve = kty == "EC" || kty == "OKP" ? Member(jwk, "crv") : std::string();
  const auto type = kty == "oct"   ? KeyType::kSecret
                    : kty == "RSA" ? KeyType::kRsa
                    : kty == "EC"  ? KeyType::kEc
                                   : KeyType::kEd25519;
  const std::string own = Member(jwk, "alg");
  if (!own.empty() && !wanted.empty() && own != wanted) return nullptr;
  const std::string& name = own.empty() ? wanted : own;
  const auth::Algorithm* algorithm =
      name.empty() ? auth::DefaultAlgorithm(type, curve) : auth::FindAlgorithm(name);
  return algorithm != nullptr && algorithm->type == type && algorithm->curve == curve ? algorithm
                                                                                      : nullptr;
}

// The one key of the file that is meant.
absl::StatusOr<Json> Pick(const SigningKeyOptions& options, const Json& document) {
  json_t* const keys = json_object_get(document.get(), "keys");
  if (keys == nullptr) return Json(json_incref(document.get()));
  std::vector<json_t*> fitting;
  std::vector<std::string> kids;
  for (std::size_t i = 0; i < json_array_size(keys); ++i) {
    json_t* const key = json_array_get(keys, i);
    if (!CanSign(key)) continue;
    const std::string kid = Member(key, "kid");
    kids.push_back(kid.empty() ? "one without kid" : kid);
    if (!options.kid.empty() && kid != options.kid) continue;
    if (AlgorithmOf(key, options.alg) != nullptr) fitting.push_back(key);
  }
  if (fitting.size() == 1) return Json(json_incref(fitting.front()));
  if (kids.empty()) return Bad(options.key_file, "holds no private key and no secret");
  return Bad(options.key_file,
             absl::StrCat(fitting.empty() ? "none of its keys is meant by --kid and --alg ("
                                          : "several keys fit, --kid says which (",
                          absl::StrJoin(kids, ", "), ")"));
}

absl::StatusOr<Json> ReadSecret(const SigningKeyOptions& options) {
  absl::StatusOr<std::vector<std::string>> secrets = ReadSecrets(options.secret_file);
  if (!secrets.ok()) return Fail(ExitCode::kUsage, std::string(secrets.status().message()));
  if (secrets->size() != 1) return Bad(options.secret_file, "holds more than one line");
  Json jwk(json_object());
  Set(jwk, "kty", "oct");
  Set(jwk, "k", absl::WebSafeBase64Escape(secrets->front()));
  return jwk;
}

absl::StatusOr<Json> ReadKey(const SigningKeyOptions& options) {
  absl::StatusOr<std::string> text = ReadSmallFile(options.key_file, auth::kMaxKeySetBytes);
  if (!text.ok()) return Fail(ExitCode::kUsage, std::string(text.status().message()));
  absl::StatusOr<Json> jwk = Json();
  if (auth::LooksLikePem(*text)) {
    jwk = PrivatePemToJwk(*text);
    if (!jwk.ok()) jwk = Bad(options.key_file, std::string(jwk.status().message()));
  } else if (const Json document = auth::ParseJsonObject(*text)) {
    jwk = Pick(options, document);
  } else {
    jwk = Bad(options.key_file, "is neither a JWK or JWKS in JSON nor PEM");
  }
  OPENSSL_cleanse(text->data(), text->size());
  return jwk;
}

absl::StatusOr<std::string> SignWithEd25519(const json_t* jwk, const std::string& input) {
  std::optional<std::string> secret = auth::DecodeBase64Url(Member(jwk, "d"));
  if (!secret || secret->size() != kEd25519Bytes) {
    return Fail(ExitCode::kUsage, "the key's 'd' is not 32 bytes of base64url");
  }
  const auto bytes = [](std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  };
  const std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(*secret), secret->size()));
  OPENSSL_cleanse(secret->data(), secret->size());
  const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::string signature(2 * kEd25519Bytes, '\0');
  std::size_t size = signature.size();
  if (!key || !context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), bytes(signature), &size,
                     reinterpret_cast<const unsigned char*>(input.data()), input.size()) != 1) {
    return Fail(ExitCode::kUsage, "the key cannot sign");
  }
  return absl::StrCat(input, ".", absl::WebSafeBase64Escape(signature));
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::Load(const SigningKeyOptions& options) {
  if (options.key_file.empty() == options.secret_file.empty()) {
    return Fail(ExitCode::kUsage, "give either --signing-key FILE or --secret-file FILE");
  }
  const std::string& file = options.key_file.empty() ? options.secret_file : options.key_file;
  absl::StatusOr<Json> jwk = options.key_file.empty() ? ReadSecret(options) : ReadKey(options);
  if (!jwk.ok()) return jwk.status();
  if (!CanSign(jwk->get())) {
    return Bad(file, "is a public key; signing needs the private one");
  }
  SigningKey key;
  key.algorithm_ = AlgorithmOf(jwk->get(), options.alg);
  if (key.algorithm_ == nullptr) {
    return Bad(file, options.alg.empty() ? "is no key that the service takes signatures of"
                                         : "is no key of " + options.alg);
  }
  key.kid_ = Member(jwk->get(), "kid");
  if (!options.kid.empty()) key.kid_ = options.kid;

  key.jwk_ =
      Copy(jwk->get(), {"kty", "crv", "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k"});
  Set(key.jwk_, "alg", key.algorithm_->name);
  const Json known = Copy(jwk->get(), {"kty", "crv", "n", "e", "x", "y", "k"});
  Set(known, "alg", key.algorithm_->name);
  if (!key.kid_.empty()) Set(known, "kid", key.kid_);
  auto verification = auth::KeySet::Parse(Dump(known.get()), auth::KeySource::kFile);
  if (!verification.ok()) return Bad(file, std::string(verification.status().message()));
  key.verification_ = *std::move(verification);
  return key;
}

absl::StatusOr<std::string> SigningKey::Sign(const json_t* claims) const {
  const Json header(json_object());
  Set(header, "alg", algorithm_->name);
  Set(header, "typ", "JWT");
  if (!kid_.empty()) Set(header, "kid", kid_);
  const std::string payload = absl::WebSafeBase64Escape(Dump(claims));
  if (algorithm_->type == KeyType::kEd25519) {
    return SignWithEd25519(
        jwk_.get(), absl::StrCat(absl::WebSafeBase64Escape(Dump(header.get())), ".", payload));
  }
  const Json jws(json_object());
  Set(jws, "payload", payload);
  const Json signature(json_object());
  json_object_set(signature.get(), "protected", header.get());
  if (!jose_jws_sig(auth::QuietJose().get(), jws.get(), signature.get(), jwk_.get())) {
    return Fail(ExitCode::kUsage, "the key cannot sign");
  }
  return absl::StrCat(Member(jws.get(), "protected"), ".", payload, ".",
                      Member(jws.get(), "signature"));
}

}  // namespace signaling::ctl
