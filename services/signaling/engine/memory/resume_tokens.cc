#include "services/signaling/engine/memory/resume_tokens.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace signaling {

void ResumeTokens::Issue(std::string_view token, std::string_view shown) {
  newest_ = HashOf(token);
  before_.reset();
  if (!shown.empty()) before_ = HashOf(shown);
}

bool ResumeTokens::Match(std::string_view token) const {
  const Hash hash = HashOf(token);
  // In constant time, although of hashes nobody could be led to a token by the time a comparison takes.
  const auto is = [&](const std::optional<Hash>& known) {
    return known && CRYPTO_memcmp(known->data(), hash.data(), hash.size()) == 0;
  };
  return is(newest_) || is(before_);
}

ResumeTokens::Hash ResumeTokens::HashOf(std::string_view token) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  Hash hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

}  // namespace signaling
