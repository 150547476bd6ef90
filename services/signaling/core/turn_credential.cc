#include "services/signaling/core/turn_credential.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling {

TurnCredential MakeTurnCredential(std::string_view secret, std::string_view user,
                                  absl::Time expiry) {
  TurnCredential made;
  made.username = absl::StrCat(absl::ToUnixSeconds(expiry), ":", Absl(user));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int bytes = 0;
  // SHA-1 is what TURN servers take; HMAC does not rest on its resistance to collisions (RFC 6151, section 2.2).
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(made.username.data()), made.username.size(),
           digest.data(), &bytes) == nullptr) {
    return {};  // An empty one is refused everywhere.
  }
  made.credential = absl::Base64Escape({reinterpret_cast<const char*>(digest.data()), bytes});
  return made;
}

}  // namespace signaling
