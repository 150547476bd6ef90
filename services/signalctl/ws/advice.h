// What went wrong on the way to a gateway, in words: what was seen, what that means, and what to do next. One line each.
#pragma once

#include <optional>
#include <string>

#include "services/signalctl/ws/peer.h"

namespace signaling::ctl {

struct Advice {
  std::string what;
  std::string meaning;
  std::string next;
};

// What was asked of the gateway, as far as it explains its answer.
struct Asked {
  Url url;
  std::string origin;
  std::string room;
  bool with_token = false;
};

Advice Explain(const Trouble& trouble, const Asked& asked);

// Two peers whose tokens have the same sub, so that they cannot be two; nothing where they have not.
std::optional<Advice> SameSub(const std::string& caller_token, const std::string& answerer_token);

// Of one certificate: "ends in 12 days (2026-01-31)".
std::string Lasting(const ShownCertificate& certificate, absl::Time now);

// "1.25 ms", "2.10 s".
std::string InWords(Duration duration);

// These are Explain's parts, by the stage that failed; advice_way.cc.
Advice ExplainWay(const Trouble& trouble, const Asked& asked);

}  // namespace signaling::ctl
