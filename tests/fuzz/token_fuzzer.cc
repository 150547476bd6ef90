// libFuzzer target of the verifier of tokens and of the keys it reads. The corpus test runs the same function in every
// build.
// The input is three things in turn: a token, a header and claims with a newline between them (signed by nobody, with the
// check of the signature left out, so that the claims are reached), and a file of keys.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/signaling/auth/claims.h"
#include "services/signaling/auth/verifier.h"

namespace {

using signaling::auth::KeySet;
using signaling::auth::KeySets;
using signaling::auth::KeySource;
using signaling::auth::Outcome;
using signaling::auth::Verdict;
using signaling::auth::Verifier;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

// 32 letters "a": the seeds are signed with it.
KeySets Keys() {
  const auto set = KeySet::Parse(
      R"({"kty":"oct","alg":"HS256","k":"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"})",
      KeySource::kFile);
  Require(set.ok(), "the fuzzer's key is one");
  return {*set};
}

void CheckVerdict(const Verdict& verdict) {
  if (verdict.outcome != Outcome::kAccepted) {
    Require(verdict.problem != nullptr && *verdict.problem != 0, "a refusal says why");
    Require(!verdict.identity.authenticated, "a refusal names nobody");
    return;
  }
  const signaling::Identity& who = verdict.identity;
  Require(verdict.problem == nullptr && who.authenticated, "who is accepted is somebody");
  Require(signaling::IsValidId(who.client_id), "sub is an id");
  Require(who.rooms.size() <= signaling::auth::kMaxTokenRooms, "the rooms are bounded");
  for (const std::string& room : who.rooms) {
    Require(room == "*" || signaling::IsValidId(room.substr(0, room.find_last_not_of('*') + 1)),
            "a room is an id, or the beginning of one");
  }
  Require(who.expires >= kNow && who.expires < absl::InfiniteFuture(),
          "it ends, and not before now");
  std::size_t bytes = 0;
  for (const auto& [key, value] : who.metadata) bytes += key.size() + value.size();
  Require(bytes <= signaling::kMaxMetadataBytes, "the metadata is bounded");
  Require(who.token_id.size() <= 128, "jti is bounded");
}

std::string Encoded(std::string_view text) {
  return absl::WebSafeBase64Escape(signaling::Absl(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const KeySets keys = Keys();
  static const Verifier verifier({.audience = "signaling", .issuer = ""});
  static const Verifier unsigned_verifier({.audience = "signaling", .issuer = ""}, "signature");
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  CheckVerdict(verifier.Verify(text, keys, kNow));
  const std::size_t line = text.find('\n');
  if (line != std::string_view::npos) {
    const std::string token =
        absl::StrCat(Encoded(text.substr(0, line)), ".", Encoded(text.substr(line + 1)), ".");
    CheckVerdict(unsigned_verifier.Verify(token, keys, kNow));
    Require(verifier.Verify(token, keys, kNow).outcome != Outcome::kAccepted,
            "what nobody has signed is refused");
  }
  for (const KeySource source : {KeySource::kFile, KeySource::kUrl}) {
    const auto set = KeySet::Parse(text, source);
    Require(!set.ok() ||
                ((*set)->keys().size() >= 1 && (*set)->keys().size() <= signaling::auth::kMaxKeys),
            "a set of keys has some");
    Require(set.ok() || !set.status().message().empty(), "a refused set says why");
  }
  return 0;
}
