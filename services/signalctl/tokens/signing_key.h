// A private key, or a shared secret, that tokens are signed with. What is signed is checked with the service's own verifier.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/signaling/auth/algorithm.h"
#include "services/signaling/auth/json.h"
#include "services/signaling/auth/key_set.h"

namespace signaling::ctl {

// Where the key is, and which one. Empty is not given.
struct SigningKeyOptions {
  std::string key_file;     // JWK or JWKS with private keys or secrets, or PEM with one private key
  std::string secret_file;  // its one line is the bytes of an HMAC secret
  std::string kid;          // picks a key of a JWKS; of other keys it is what the token says
  std::string alg;
};

// Immutable.
class SigningKey {
 public:
  // kUsage: there is no such key, more than one fits, or it is none that the service would believe; never what is in it.
  static absl::StatusOr<SigningKey> Load(const SigningKeyOptions& options);

  // A JWT in compact form.
  absl::StatusOr<std::string> Sign(const json_t* claims) const;

  // What the service has to know of it.
  const std::shared_ptr<const auth::KeySet>& verification() const { return verification_; }

 private:
  SigningKey() = default;

  std::string kid_;
  const auth::Algorithm* algorithm_ = nullptr;
  auth::Json jwk_;  // what signing needs, and nothing else
  std::shared_ptr<const auth::KeySet> verification_;
};

}  // namespace signaling::ctl
