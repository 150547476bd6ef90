// A JWT in the compact serialization of RFC 7515, taken apart. Nothing in it is believed here.
#pragma once

#include <cstddef>
#include <string_view>

#include "services/signaling/auth/json.h"
#include "services/signaling/auth/key.h"

namespace signaling::auth {

// What is wrong, for whom it came from: a constant, so that nothing of the token can ever be in it. Null: nothing.
using Problem = const char*;

struct Token {
  SignedParts parts;  // of the text that was read, which must outlive it
  Json header;
  Json claims;  // null until they were read

  const json_t* Header(const char* name) const { return json_object_get(header.get(), name); }
  const json_t* Claim(const char* name) const { return json_object_get(claims.get(), name); }
};

// Everything but the claims, which are nobody's business before the signature was checked.
Problem ReadToken(std::string_view text, Token* token);
Problem ReadClaims(Token* token);

}  // namespace signaling::auth
