#include "services/signalctl/tokens/token_report.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/free_with.h"
#include "services/common/json_text.h"
#include "services/common/text.h"
#include "services/signalctl/human.h"
#include "services/signalctl/table.h"
#include "services/signaling/auth/claims.h"
#include "services/signaling/auth/token.h"

namespace signaling::ctl {
namespace {

using auth::Json;
using auth::Token;

constexpr std::size_t kMaxShown = 200;  // bytes of what a stranger wrote

std::string Shown(const json_t* value) {
  if (value == nullptr) return "nothing";
  const std::unique_ptr<char, FreeWith<std::free>> text(
      json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
  std::string shown = text ? text.get() : "";
  if (shown.size() > kMaxShown) shown = absl::StrCat(shown.substr(0, kMaxShown), "..");
  return shown;
}

std::string KeysThere(const auth::KeySets& sets) {
  std::vector<std::string> keys;
  for (const auto& set : sets) {
    for (const auth::Key& key : set->keys()) {
      keys.push_back(absl::StrCat(key.kid().empty() ? "one without kid" : key.kid(), " (",
                                  Absl(key.algorithm().name), ")"));
    }
  }
  return absl::StrJoin(keys, ", ");
}

std::string When(const json_t* claim, absl::Time now) {
  const std::optional<absl::Time> time = auth::ReadTime(claim);
  if (!time) return Shown(claim);
  const std::string ago =
      *time <= now ? HumanDuration(now - *time) + " ago" : "in " + HumanDuration(*time - now);
  return absl::StrCat(JsonTime(*time), ", ", ago);
}

// What a person would look at next.
std::string Detail(const Token& token, const auth::Verdict& verdict, const TokenCheckInput& input) {
  const std::string_view check = verdict.check;
  if (check == "key" || check == "alg") {
    return absl::StrCat("the token says kid ", Shown(token.Header("kid")), " and alg ",
                        Shown(token.Header("alg")), "; there are the keys ", KeysThere(input.keys));
  }
  if (check == "signature") {
    return "another key than the one that is there made it, or it was changed on its way";
  }
  if (check == "aud") {
    return absl::StrCat("it is for ", Shown(token.Claim("aud")), ", and expected is ",
                        input.rules.audience);
  }
  if (check == "iss") {
    return absl::StrCat("it is of ", Shown(token.Claim("iss")), ", and expected is ",
                        input.rules.issuer);
  }
  if (check == "expired") {
    return absl::StrCat("it ended ", When(token.Claim("exp"), input.now), "; the leeway is ",
                        HumanDuration(input.rules.leeway));
  }
  if (check == "nbf") {
    return absl::StrCat("it begins ", When(token.Claim("nbf"), input.now), "; the leeway is ",
                        HumanDuration(input.rules.leeway));
  }
  for (const char* claim : {"exp", "sub", "room", "rooms", "grants", "name", "metadata", "jti"}) {
    if (check == claim) return absl::StrCat(claim, " is ", Shown(token.Claim(claim)));
  }
  if (check == "nbf_type") return absl::StrCat("nbf is ", Shown(token.Claim("nbf")));
  return {};
}

void SetText(const Json& object, const char* name, std::string_view text) {
  json_object_set_new(object.get(), name, json_stringn(text.data(), text.size()));
}

}  // namespace

TokenReport ReportOn(std::string_view text, const auth::Verdict& verdict,
                     const TokenCheckInput& input) {
  TokenReport report{.outcome = auth::kOutcomeNames[static_cast<std::size_t>(verdict.outcome)],
                     .check = verdict.check,
                     .reason = verdict.problem != nullptr ? verdict.problem : std::string_view(),
                     .detail = {},
                     .alg = {},
                     .kid = {},
                     .claims = {},
                     .identity = verdict.identity,
                     .checked = input.now};
  Token token;
  if (auth::ReadToken(text, &token) != nullptr) return report;
  auth::ReadClaims(&token);  // where they cannot be read, the verdict says so
  if (verdict.problem != nullptr) {
    report.detail = Detail(token, verdict, input);
    return report;
  }
  report.alg = auth::Text(token.Header("alg"));
  report.kid = auth::Text(token.Header("kid"));
  report.claims = std::move(token.claims);
  return report;
}

void TokenReport::Print(std::ostream& out) const {
  Sheet sheet;
  if (!check.empty()) {
    sheet.Add("refused", std::string(reason));
    sheet.Add("check", std::string(check));
    sheet.Add("outcome", std::string(outcome));
    sheet.Add("look at", detail);
    sheet.Print(out);
    return;
  }
  std::vector<std::string> grants;
  for (const Grant grant : {Grant::kJoin, Grant::kCreate, Grant::kOffer, Grant::kModerate,
                            Grant::kAdmin, Grant::kGateway}) {
    if (identity.grants.Has(grant)) grants.emplace_back(GrantName(grant));
  }
  std::vector<std::string> metadata;
  for (const auto& [name, value] : identity.metadata)
    metadata.push_back(absl::StrCat(name, "=", value));
  sheet.Add("accepted", "the service takes it");
  sheet.Add("sub", identity.client_id);
  sheet.Add("grants", grants.empty() ? "nothing" : absl::StrJoin(grants, ", "));
  sheet.Add("rooms", identity.rooms.empty() ? "none" : absl::StrJoin(identity.rooms, ", "));
  const json_t* const exp = json_object_get(claims.get(), "exp");
  sheet.Add("ends", When(exp, checked));
  sheet.Add("issuer", std::string(auth::Text(json_object_get(claims.get(), "iss"))));
  sheet.Add("metadata", absl::StrJoin(metadata, ", "));
  sheet.Add("jti", identity.token_id);
  sheet.Add("signed with", kid.empty() ? alg : absl::StrCat(alg, ", key ", kid));
  sheet.Print(out);
}

void TokenReport::PrintJson(std::ostream& out) const {
  const Json document(json_object());
  json_object_set_new(document.get(), "accepted", json_boolean(check.empty()));
  SetText(document, "outcome", outcome);
  if (!check.empty()) {
    SetText(document, "check", check);
    SetText(document, "reason", reason);
    SetText(document, "detail", detail);
  } else {
    SetText(document, "alg", alg);
    SetText(document, "kid", kid);
    json_object_set(document.get(), "claims", claims.get());
  }
  const std::unique_ptr<char, FreeWith<std::free>> text(json_dumps(document.get(), JSON_INDENT(1)));
  out << (text ? text.get() : "{}") << "\n";
}

}  // namespace signaling::ctl
