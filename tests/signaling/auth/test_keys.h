// Keys for tests, as JWK and as PEM, and tokens that are signed with a secret.
#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <string>

#include "services/signaling/auth/key.h"

namespace signaling::auth {

// Not thread-safe; owned by the test.
class TestKey {
 public:
  static TestKey Rsa(unsigned bits);
  static TestKey Ec(const char* curve);  // a name of OpenSSL's
  static TestKey Raw(const char* type);  // "ED25519", "X25519", ...

  boost::json::object PublicJwk() const;
  boost::json::object PrivateJwk() const;
  std::string PublicPem() const;
  std::string PrivatePem() const;

 private:
  explicit TestKey(EVP_PKEY* key) : key_(key) {}

  EvpKey key_;
};

// 32 bytes, made of the letter.
boost::json::object SecretJwk(char letter, const std::string& kid);
std::string Jwks(std::initializer_list<boost::json::object> keys);

// HS256 with the secret of that letter, and good claims for the audience "signaling", for ten minutes from FakeClock's
// start.
std::string SignedToken(char letter, const std::string& kid);

}  // namespace signaling::auth
