#include "tests/signaling/auth/test_keys.h"

#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/signaling/auth/jose.h"

namespace signaling::auth {
namespace {

namespace json = boost::json;

template <typename Write>
std::string Pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  if (write(bio) != 1) std::abort();
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string Base64(const unsigned char* data, std::size_t size) {
  return absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<const char*>(data), size));
}

}  // namespace

TestKey TestKey::Rsa(unsigned bits) {
  return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
}
TestKey TestKey::Ec(const char* curve) {
  return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
}
TestKey TestKey::Raw(const char* type) {
  return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, type));
}

json::object TestKey::PrivateJwk() const {
  std::array<unsigned char, 64> bytes{};
  std::size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) == 1) {
    const bool is_ed25519 = EVP_PKEY_base_id(key_.get()) == EVP_PKEY_ED25519;
    json::object jwk{{"kty", "OKP"},
                     {"crv", is_ed25519 ? "Ed25519" : "X25519"},
                     {"x", Base64(bytes.data(), size)}};
    size = bytes.size();
    if (EVP_PKEY_get_raw_private_key(key_.get(), bytes.data(), &size) != 1) std::abort();
    jwk["d"] = Base64(bytes.data(), size);
    return jwk;
  }
  const Json jwk(jose_openssl_jwk_from_EVP_PKEY(nullptr, key_.get()));
  char* text = json_dumps(jwk.get(), 0);
  json::object parsed = json::parse(text).as_object();
  std::free(text);  // NOLINT: jansson's
  return parsed;
}

json::object TestKey::PublicJwk() const {
  json::object jwk = PrivateJwk();
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) jwk.erase(name);
  return jwk;
}

std::string TestKey::PublicPem() const {
  return Pem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string TestKey::PrivatePem() const {
  return Pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

json::object SecretJwk(char letter, const std::string& kid) {
  return {{"kty", "oct"},
          {"k", std::string(absl::WebSafeBase64Escape(std::string(32, letter)))},
          {"kid", kid}};
}

std::string Jwks(std::initializer_list<json::object> keys) {
  json::array array;
  for (const json::object& key : keys) array.push_back(key);
  return json::serialize(json::object{{"keys", array}});
}

std::string SignedToken(char letter, const std::string& kid) {
  const std::string header = absl::StrCat(R"({"alg":"HS256","kid":")", kid, "\"}");
  const std::string claims = R"({"aud":"signaling","sub":"alice","exp":1800000600})";
  const std::string input =
      absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(claims));
  const std::string secret(32, letter);
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac.data(), &size);
  return absl::StrCat(input, ".", Base64(mac.data(), size));
}

}  // namespace signaling::auth
