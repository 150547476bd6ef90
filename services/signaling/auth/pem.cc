#include "services/signaling/auth/pem.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/free_with.h"
#include "services/common/text.h"
#include "services/signaling/auth/jose.h"
#include "services/signaling/auth/key.h"

namespace signaling::auth {
namespace {

struct Block {
  std::string type;
  std::string der;
};

// False: there is none any more.
bool Next(BIO* input, Block* block) {
  char* type = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;  // NOLINT(google-runtime-int): OpenSSL's
  if (PEM_read_bio(input, &type, &header, &data, &size) != 1) return false;
  block->type = type;
  block->der.assign(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(type);
  OPENSSL_free(header);
  OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  return true;
}

EvpKey KeyIn(const Block& block) {
  const auto* at = reinterpret_cast<const unsigned char*>(block.der.data());
  const auto size = static_cast<long>(block.der.size());  // NOLINT(google-runtime-int)
  if (block.type == PEM_STRING_PUBLIC) return EvpKey(d2i_PUBKEY(nullptr, &at, size));
  if (block.type == PEM_STRING_RSA_PUBLIC) {
    return EvpKey(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
  }
  if (block.type == PEM_STRING_X509 || block.type == PEM_STRING_X509_OLD) {
    const std::unique_ptr<X509, FreeWith<X509_free>> certificate(d2i_X509(nullptr, &at, size));
    return EvpKey(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
  }
  return nullptr;
}

Json Ed25519Jwk(EVP_PKEY* key) {
  std::array<unsigned char, 32> bytes{};
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) != 1) return nullptr;
  const std::string x = absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
  return Json(json_pack("{s:s,s:s,s:s}", "kty", "OKP", "crv", "Ed25519", "x", x.c_str()));
}

Json ToJwk(EVP_PKEY* key) {
  switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_ED25519: return Ed25519Jwk(key);
    case EVP_PKEY_RSA:
    case EVP_PKEY_EC: return Json(jose_openssl_jwk_from_EVP_PKEY(nullptr, key));
    default: return nullptr;
  }
}

}  // namespace

bool LooksLikePem(std::string_view text) {
  return text.find("-----BEGIN ") != std::string_view::npos;
}

absl::StatusOr<std::vector<Json>> PemToJwks(std::string_view text) {
  const std::unique_ptr<BIO, FreeWith<BIO_free>> input(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::vector<Json> jwks;
  Block block;
  while (Next(input.get(), &block)) {
    const bool is_private = block.type.ends_with(PEM_STRING_PKCS8INF);  // "PRIVATE KEY"
    const EvpKey key = is_private ? nullptr : KeyIn(block);
    OPENSSL_cleanse(block.der.data(), block.der.size());
    const std::string where = absl::StrCat("block ", jwks.size() + 1);
    if (is_private) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, " is a private key; the service needs the public one"));
    }
    if (!key) {
      return absl::InvalidArgumentError(
          absl::StrCat(where, " is neither a public key nor a certificate"));
    }
    jwks.push_back(ToJwk(key.get()));
  }
  // The end is one error, a broken block another.
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!ended) {
    return absl::InvalidArgumentError(
        absl::StrCat("block ", jwks.size() + 1, " is not PEM to its end"));
  }
  return jwks;
}

}  // namespace signaling::auth
