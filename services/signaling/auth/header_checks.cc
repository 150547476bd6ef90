#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "services/common/text.h"
#include "services/signaling/auth/checks.h"

namespace signaling::auth {
namespace {

// RFC 7515, 4.1.9: the prefix may be left out, and case does not count. The types of RFC 7519 and RFC 9068.
bool IsToken(const Token& token, const char* name) {
  const json_t* typ = token.Header(name);
  if (typ == nullptr) return true;
  absl::string_view type = Absl(Text(typ));
  constexpr absl::string_view kPrefix = "application/";
  if (absl::StartsWithIgnoreCase(type, kPrefix)) type.remove_prefix(kPrefix.size());
  return absl::EqualsIgnoreCase(type, "JWT") || absl::EqualsIgnoreCase(type, "at+jwt");
}

bool IsAbsent(const Token& token, const char* name) { return token.Header(name) == nullptr; }

bool IsText(const Token& token, const char* name) {
  return IsAbsent(token, name) || !Text(token.Header(name)).empty();
}

// Where a token says how it is to be checked, a forger says it. `cty` is a token in a token.
constexpr HeaderCheck kHeaderChecks[] = {
    {"typ", "the token's typ is neither JWT nor at+jwt", IsToken},
    {"crit", "the header parameter crit is refused", IsAbsent},
    {"b64", "the header parameter b64 is refused", IsAbsent},
    {"jku", "the header parameter jku is refused", IsAbsent},
    {"jwk", "the header parameter jwk is refused", IsAbsent},
    {"x5u", "the header parameter x5u is refused", IsAbsent},
    {"x5c", "the header parameter x5c is refused", IsAbsent},
    {"cty", "the header parameter cty is refused", IsAbsent},
    {"kid", "the token's kid is not a string", IsText},
};

// PEM has no kid: such keys may have made any token. Where a key has one, it is the only one that it may be.
bool KidFits(const Token& token, const Key& key) {
  return key.kid().empty() || key.kid() == Text(token.Header("kid"));
}

bool AlgFits(const Token& token, const Key& key) {
  return Text(token.Header("alg")) == key.algorithm().name;
}

bool SignatureFits(const Token& token, const Key& key) { return key.Signed(token.parts); }

constexpr KeyCheck kKeyChecks[] = {
    {"key", Outcome::kUnknownKey, "no key has the token's kid", KidFits},
    {"alg", Outcome::kUnknownKey, "the token's alg is not its key's", AlgFits},
    {"signature", Outcome::kBadSignature, "the token's signature does not fit", SignatureFits},
};

}  // namespace

std::span<const HeaderCheck> HeaderChecks() { return kHeaderChecks; }
std::span<const KeyCheck> KeyChecks() { return kKeyChecks; }

}  // namespace signaling::auth
