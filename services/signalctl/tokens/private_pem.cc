#include "services/signalctl/tokens/private_pem.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "services/common/free_with.h"
#include "services/signaling/auth/jose.h"
#include "services/signaling/auth/key.h"

namespace signaling::ctl {
namespace {

using auth::Json;

Json Ed25519Jwk(EVP_PKEY* key) {
  std::array<unsigned char, 32> secret{};
  std::array<unsigned char, 32> shown{};
  std::size_t secret_size = secret.size();
  std::size_t shown_size = shown.size();
  if (EVP_PKEY_get_raw_private_key(key, secret.data(), &secret_size) != 1 ||
      EVP_PKEY_get_raw_public_key(key, shown.data(), &shown_size) != 1) {
    return nullptr;
  }
  const auto encode = [](const auto& bytes) {
    return absl::WebSafeBase64Escape(
        absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  };
  const std::string d = encode(secret);
  const std::string x = encode(shown);
  OPENSSL_cleanse(secret.data(), secret.size());
  return Json(json_pack("{s:s,s:s,s:s,s:s}", "kty", "OKP", "crv", "Ed25519", "x", x.c_str(), "d",
                        d.c_str()));
}

// Nobody is asked for a passphrase: a program may be waiting.
int NoPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

absl::StatusOr<Json> PrivatePemToJwk(std::string_view text) {
  const std::unique_ptr<BIO, FreeWith<BIO_free>> input(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  bool asked = false;
  const auth::EvpKey key(PEM_read_bio_PrivateKey(input.get(), nullptr, NoPassphrase, &asked));
  ERR_clear_error();
  if (asked) {
    return absl::InvalidArgumentError("needs a passphrase; `openssl pkey -in FILE` takes it off");
  }
  if (!key) return absl::InvalidArgumentError("holds no private key in PEM");
  Json jwk;
  switch (EVP_PKEY_base_id(key.get())) {
    case EVP_PKEY_ED25519: jwk = Ed25519Jwk(key.get()); break;
    case EVP_PKEY_RSA:
    case EVP_PKEY_EC: jwk.reset(jose_openssl_jwk_from_EVP_PKEY(nullptr, key.get())); break;
    default: break;
  }
  ERR_clear_error();
  if (!jwk) return absl::InvalidArgumentError("is no key that the service takes signatures of");
  return jwk;
}

}  // namespace signaling::ctl
