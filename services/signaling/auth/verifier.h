// From a token to an identity, with the keys there are.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/signaling/auth/checks.h"
#include "services/signaling/auth/key_set.h"
#include "services/signaling/core/identity.h"

namespace signaling::auth {

struct Verdict {
  Outcome outcome = Outcome::kUnavailable;
  Problem problem = nullptr;  // null where it is accepted
  // The name of the check that refuses it, "format" where it did not come to one; empty where it is accepted.
  std::string_view check;
  Identity identity;
  bool unknown_kid = false;  // it names a key that is not there; newer keys may know it
};

using KeySets = std::vector<std::shared_ptr<const KeySet>>;

// Thread-safe: it changes nothing.
class Verifier {
 public:
  // `left_out` names a check that is not made, which is for tests; empty everywhere else.
  explicit Verifier(TokenRules rules, std::string_view left_out = {})
      : rules_(std::move(rules)), left_out_(left_out) {}

  Verdict Verify(std::string_view text, const KeySets& sets, absl::Time now) const;

 private:
  // Whether a key holds up to all of KeyChecks; else `verdict` says how far the best one got.
  bool FindKey(const Token& token, const KeySets& sets, Verdict* verdict) const;

  // Constant after construction.
  const TokenRules rules_;
  const std::string left_out_;
};

}  // namespace signaling::auth
