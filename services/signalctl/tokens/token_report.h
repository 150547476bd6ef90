// What is said of a token that was checked. Never the token, and of a refused one only what was compared.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/signaling/auth/json.h"
#include "services/signaling/auth/verifier.h"

namespace signaling::ctl {

// What it was checked against.
struct TokenCheckInput {
  auth::TokenRules rules;
  auth::KeySets keys;
  absl::Time now;
};

// A value.
struct TokenReport {
  std::string_view outcome;  // as in metrics
  std::string_view check;    // empty: accepted
  std::string_view reason;
  std::string detail;  // what was compared; may be empty
  std::string alg;
  std::string kid;
  auth::Json claims;  // of an accepted one
  Identity identity;  // likewise
  absl::Time checked;

  void Print(std::ostream& out) const;
  void PrintJson(std::ostream& out) const;
};

TokenReport ReportOn(std::string_view token, const auth::Verdict& verdict,
                     const TokenCheckInput& input);

}  // namespace signaling::ctl
