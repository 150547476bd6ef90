// One public key (or shared secret), bound to the one algorithm it is for.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/common/free_with.h"
#include "services/signaling/auth/algorithm.h"
#include "services/signaling/auth/json.h"

namespace signaling::auth {

using EvpKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

// The three parts of a compact JWS as they were sent, and the third one's bytes.
struct SignedParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string signature_bytes;
};

// Immutable, and so thread-safe.
class Key {
 public:
  // `jwk` has the members of this type of key as RFC 7517 writes them; of others nothing is read. INVALID_ARGUMENT: what
  // is wrong with them, without what they are. `kid` is empty where the key has none.
  static absl::StatusOr<Key> Make(const json_t* jwk, const Algorithm& algorithm, std::string kid);

  const std::string& kid() const { return kid_; }
  const Algorithm& algorithm() const { return *algorithm_; }

  // Made with this key by its algorithm, whatever the header says.
  bool Signed(const SignedParts& parts) const;

 private:
  Key(const Algorithm& algorithm, std::string kid) : algorithm_(&algorithm), kid_(std::move(kid)) {}
  absl::Status TakeSecret(const json_t* jwk);
  absl::Status TakeRsa(const json_t* jwk);
  absl::Status TakeEc(const json_t* jwk);
  absl::Status TakeEd25519(const json_t* jwk);

  // Constant after construction.
  const Algorithm* algorithm_;
  std::string kid_;
  std::size_t signature_bytes_ = 0;
  Json jwk_;        // for libjose: with `alg`, and nothing that a key does not need
  EvpKey ed25519_;  // libjose does not know it
};

}  // namespace signaling::auth
