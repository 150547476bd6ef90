// Step 5: what the service wants to know of a client, and whether it takes the token.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/signalctl/doctor/visit.h"
#include "services/signalctl/ws/claims.h"

namespace signaling::ctl {
namespace {

enum class Wants { kUnknown, kNothing, kToken };

// Without a token, on a connection of its own where the first one showed one.
Wants WhatIsWanted(Visit& visit, Step& step) {
  const char name[] = "what is wanted";
  Trouble trouble = visit.greeting_trouble.value_or(Trouble{});
  bool greeted = visit.greeted;
  if (!visit.options.token.empty()) {
    Peer peer(visit.io, visit.socket_options());
    greeted = peer.WaitUntilOpen() && peer.Greet("");
    if (greeted) {
      visit.session_ids.push_back(TextOf(peer.connected(), "session_id"));
      peer.Part();
    } else {
      trouble = peer.trouble();
    }
  }
  if (greeted) {
    step.checks.push_back(
        {name, Outcome::kOk, "nothing: the service runs open, everybody may connect"});
    return Wants::kNothing;
  }
  if (trouble.code == "unauthenticated") {
    step.checks.push_back({name, Outcome::kOk, "a token (clients without one are refused)"});
    return Wants::kToken;
  }
  Asked asked = visit.asked();
  asked.with_token = false;
  step.checks.push_back(NotChecked(name, Explain(trouble, asked).what, "See step 2."));
  return Wants::kUnknown;
}

void ShowClaims(const std::string& token, Step& step) {
  const std::optional<Claims> claims = ReadClaims(token);
  if (!claims) {
    step.checks.push_back(Failed(
        "claims", {"what was given as the token is no JWT in compact form",
                   "It cannot be a token of this system.", "Make one: signalctl token create."}));
    return;
  }
  Check check{"claims", Outcome::kNotChecked, "read from the token here, without verifying it"};
  check.lines.push_back(
      absl::StrCat("sub ", claims->sub, ", rooms ",
                   claims->rooms.empty() ? "none" : absl::StrJoin(claims->rooms, ", "), ", grants ",
                   claims->grants.empty() ? "none" : absl::StrJoin(claims->grants, ", ")));
  check.lines.push_back(absl::StrCat("aud ", absl::StrJoin(claims->audience, ", "), ", iss ",
                                     claims->issuer.empty() ? "none" : claims->issuer));
  if (!claims->expires) {
    check.lines.emplace_back("it has no end (exp), and is not taken for that");
  } else {
    const absl::Duration left = *claims->expires - absl::Now();
    check.lines.push_back(absl::StrCat(
        left > absl::ZeroDuration() ? "it ends in " : "it ended ago: ",
        absl::FormatDuration(absl::Trunc(absl::AbsDuration(left), absl::Seconds(1))), " (",
        absl::FormatTime(absl::RFC3339_sec, *claims->expires, absl::UTCTimeZone()), ")"));
  }
  step.checks.push_back(std::move(check));
}

void CheckToken(const Visit& visit, Wants wants, Step& step) {
  const char name[] = "token";
  if (visit.options.token.empty()) {
    if (wants == Wants::kToken) {
      step.checks.push_back(Failed(name, Explain(*visit.greeting_trouble, visit.asked())));
    } else {
      step.checks.push_back(NotChecked(
          name, "none was given", wants == Wants::kNothing ? "" : "--token-file FILE checks one."));
    }
    return;
  }
  if (visit.is_refused_by_identity()) {
    step.checks.push_back(Failed(name, Explain(*visit.greeting_trouble, visit.asked())));
  } else if (wants == Wants::kNothing) {
    step.checks.push_back(NotChecked(name, "a service that runs open does not read tokens",
                                     "signalctl token check --keys FILE judges it by its keys."));
  } else if (visit.greeted) {
    step.checks.push_back(
        {name, Outcome::kOk, absl::StrCat("taken, as ", visit.peer->client_id())});
  } else {
    step.checks.push_back(NotChecked(name, "the greeting failed for another reason: see step 2"));
  }
}

}  // namespace

Step CheckAuthentication(Visit& visit) {
  Step step{5, "Client authentication"};
  if (!visit.reachable) {
    step.checks.push_back(NotChecked("what is wanted", "there is no connection: see step 1"));
  } else {
    CheckToken(visit, WhatIsWanted(visit, step), step);
  }
  if (!visit.options.token.empty()) ShowClaims(visit.options.token, step);
  return step;
}

}  // namespace signaling::ctl
