#include "services/signaling/auth/verifier.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "services/signaling/auth/claims.h"
#include "services/signaling/auth/token.h"

namespace signaling::auth {
namespace {

Verdict Refused(Outcome outcome, Problem problem, std::string_view check) {
  return {
      .outcome = outcome, .problem = problem, .check = check, .identity = {}, .unknown_kid = false};
}

constexpr std::string_view kFormat = "format";

}  // namespace

Verdict Verifier::Verify(std::string_view text, const KeySets& sets, absl::Time now) const {
  if (text.empty()) return Refused(Outcome::kMissing, "a token is needed", kFormat);
  Token token;
  if (Problem problem = ReadToken(text, &token)) {
    return Refused(Outcome::kMalformed, problem, kFormat);
  }
  for (const HeaderCheck& check : HeaderChecks()) {
    if (check.name == left_out_ || check.run(token, check.name)) continue;
    return Refused(Outcome::kMalformed, check.problem, check.name);
  }
  Verdict verdict;
  if (!FindKey(token, sets, &verdict)) return verdict;
  if (Problem problem = ReadClaims(&token)) return Refused(Outcome::kMalformed, problem, kFormat);
  for (const ClaimCheck& check : ClaimChecks()) {
    if (check.name == left_out_) continue;
    if (Problem problem = check.run(token, rules_, now)) {
      return Refused(check.outcome, problem, check.name);
    }
  }
  verdict.outcome = Outcome::kAccepted;
  verdict.problem = nullptr;
  verdict.check = {};
  verdict.identity = ReadIdentity(token, now);
  return verdict;
}

bool Verifier::FindKey(const Token& token, const KeySets& sets, Verdict* verdict) const {
  const std::span<const KeyCheck> checks = KeyChecks();
  std::size_t furthest = 0;
  bool kid_known = false;
  const std::string_view kid = Text(token.Header("kid"));
  for (const auto& set : sets) {
    for (const Key& key : set->keys()) {
      const auto failed = std::find_if(checks.begin(), checks.end(), [&](const KeyCheck& check) {
        return check.name != left_out_ && !check.run(token, key);
      });
      const auto passed = static_cast<std::size_t>(failed - checks.begin());
      if (passed == checks.size()) return true;
      furthest = std::max(furthest, passed);
      if (!kid.empty() && key.kid() == kid) kid_known = true;
    }
  }
  *verdict = Refused(checks[furthest].outcome, checks[furthest].problem, checks[furthest].name);
  if (kid.empty() || kid_known) return false;
  // Keys without a kid were tried, but the token means another one.
  *verdict = Refused(checks[0].outcome, checks[0].problem, checks[0].name);
  verdict->unknown_kid = true;
  return false;
}

}  // namespace signaling::auth
