#include "services/signalctl/ws/advice.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/common/reason.h"
#include "services/common/text.h"
#include "services/signalctl/terminal_text.h"
#include "services/signalctl/ws/claims.h"

namespace signaling::ctl {
namespace {

// What a code means to who asked from outside, and what to do. Of the others the protocol page knows what recovers them.
struct CodeRow {
  std::string_view code;
  std::string_view meaning;
  std::string_view next;
};

constexpr std::size_t kMaxShownBytes = 1000;

constexpr CodeRow kCodes[] = {
    {"unavailable", "The gateway runs, but has no signaling service behind it.",
     "Start signaling-service, or correct the gateway's --service; the gateway's /readyz on its "
     "internal port (8766) "
     "says why it cannot be reached."},
    {"origin_not_allowed", "Pages of this origin may not connect to this gateway.",
     "Add the origin to the gateway's --allowed_origins, or serve the page from the gateway's own "
     "host."},
    {"too_many_connections",
     "The gateway is full: as many sessions as --max_connections (10 unless set).",
     "Raise the gateway's --max_connections, close sessions (signalctl sessions list), or try "
     "again later."},
    {"room_full", "Every seat of the room is taken.",
     "Free one (signalctl participants list shows who is in it), or raise the room's "
     "max_participants."},
    {"room_locked", "A moderator has locked the room.", "Join another one, or have it unlocked."},
    {"room_not_found", "The room does not exist, and the token may not create it.",
     "Give the token the grant create, or make the room first (signalctl rooms create)."},
    {"client_id_taken", "This client_id is in the room already, with a connection that answers.",
     "Use a token with another sub, or wait until the other one has left."},
    {"session_replaced", "Another session with the same client_id took the seat.",
     "Give each peer a token with a sub of its own."},
    {"banned", "This client was removed from the room and may not come back yet.",
     "Wait until the ban is over (5 minutes unless said otherwise), or use another room."},
    {"rate_limited", "Too much came from this client or its address in too short a time.",
     "Send less, or change --rate_limits; behind a proxy set --trusted_proxies, or all clients "
     "share its limits."},
    {"draining", "The server is shutting down.",
     "Connect again: to another gateway, or to this one's successor."},
    {"slow_consumer", "What was sent was not read fast enough.",
     "Look at this machine's load and its network."},
    {"token_expired", "The token's time is over.", "Give a fresh one in --token-file."},
    {"unknown_type", "The gateway does not know a message that this tool sends.",
     "Compare versions: signalctl version, signaling-gateway --version."},
    {"client_id_mismatch", "The token is for another client_id.",
     "Use the token's sub, or ask for no client_id."},
    {"internal", "A fault in the server.",
     "Look at the service's and the gateway's log at this time."},
};

Advice Refusal(const Trouble& trouble, const Asked& asked) {
  Advice advice;
  advice.what = absl::StrCat("the server answered ", trouble.code, ": ", trouble.message);
  if (trouble.end.close_code != 0) {
    absl::StrAppend(&advice.what, " (close ", trouble.end.close_code, ")");
  }
  if (trouble.code == "unauthenticated") {
    advice.meaning = asked.with_token ? "The service does not take this token."
                                      : "The service wants a token, and none was given.";
    advice.next = asked.with_token ? "signalctl token check says which of its checks fails; make "
                                     "another with signalctl token create."
                                   : "Give one with --token-file.";
    return advice;
  }
  if (trouble.code == "permission_denied") {
    advice.meaning = asked.with_token
                         ? "The token does not allow this, or the room's settings do not."
                         : "The room's settings do not allow this.";
    advice.next =
        "signalctl token check shows the token's rooms and grants; signalctl rooms get the room's "
        "settings.";
    return advice;
  }
  for (const CodeRow& row : kCodes) {
    if (row.code != trouble.code) continue;
    advice.meaning = std::string(row.meaning);
    advice.next = std::string(row.next);
  }
  if (trouble.code == "room_full" && !asked.room.empty()) {
    advice.meaning = absl::StrCat("Every seat of the room ", asked.room, " is taken.");
  }
  if (trouble.code == "origin_not_allowed" && !asked.origin.empty()) {
    advice.meaning = absl::StrCat("Pages of ", asked.origin, " may not connect to this gateway.");
  }
  if (advice.meaning.empty()) {
    advice.meaning = "The server does not do what was asked of it.";
    advice.next = "docs/protocol.md, Codes, says of each code what recovers it.";
  }
  return advice;
}

Advice Closing(const Trouble& trouble) {
  Advice advice;
  const std::uint16_t code = trouble.end.close_code;
  if (code == 0) {
    advice.what = absl::StrCat("the connection broke (", trouble.end.error.message(), ") before ",
                               trouble.expected);
    advice.meaning = "The gateway ended, or something between here and there cut the connection.";
    advice.next =
        "Look at the gateway's log at this time, and at the timeouts of proxies on the way.";
    return advice;
  }
  advice.what = absl::StrCat("the server closed with ", code, " before ", trouble.expected);
  if (code == static_cast<std::uint16_t>(CloseCode::kStateLost) ||
      code == static_cast<std::uint16_t>(CloseCode::kTryAgainLater)) {
    advice.meaning =
        "The gateway runs, but the signaling service behind it is gone or cannot be reached.";
    advice.next =
        "Start signaling-service; the gateway's /readyz on its internal port (8766) says why not.";
  } else if (code == static_cast<std::uint16_t>(CloseCode::kDraining) || code == 1001) {
    advice.meaning = "The gateway is shutting down.";
    advice.next = "Connect again: to another gateway, or to this one's successor.";
  } else {
    advice.meaning = "The server ended the session.";
    advice.next = "docs/protocol.md, Codes, says of each close code what it means.";
  }
  return advice;
}

Advice ExplainAll(const Trouble& trouble, const Asked& asked) {
  switch (trouble.kind) {
    case Trouble::Kind::kNotConnected: return ExplainWay(trouble, asked);
    case Trouble::Kind::kRefused: return Refusal(trouble, asked);
    case Trouble::Kind::kClosed: return Closing(trouble);
    case Trouble::Kind::kSilent:
      return {absl::StrCat("nothing came, where ", trouble.expected, " had to"),
              "The connection is open, but the server says nothing: it hangs, or what answers is "
              "no gateway.",
              "Look at the gateway's /healthz on its internal port (8766) and at its log; or give "
              "a longer --timeout."};
    case Trouble::Kind::kMalformed:
      return {absl::StrCat("the server sent ", trouble.message),
              "What answers is no signaling-gateway, or something between changes messages.",
              "Check the URL; compare with the gateway's own port, without a proxy."};
    case Trouble::Kind::kUnexpected: break;
  }
  return {
      absl::StrCat("the server answered ", trouble.message, ", expected was ", trouble.expected),
      "Client and server do not agree about the protocol, or the room asks for more (a knock waits "
      "for a moderator).",
      "Compare versions: signalctl version, signaling-gateway --version."};
}

}  // namespace

Advice Explain(const Trouble& trouble, const Asked& asked) {
  Advice advice = ExplainAll(trouble, asked);
  // Servers' words are in both.
  advice.what = Utf8(advice.what, kMaxShownBytes);
  advice.meaning = Utf8(advice.meaning, kMaxShownBytes);
  return advice;
}

std::optional<Advice> SameSub(const std::string& caller_token, const std::string& answerer_token) {
  const auto caller = ReadClaims(caller_token);
  const auto answerer = ReadClaims(answerer_token);
  if (!caller || !answerer || caller->sub != answerer->sub) return std::nullopt;
  return Advice{Utf8(absl::StrCat("both peers have the same sub, ", caller->sub), kMaxShownBytes),
                "With tokens the sub is the client_id: the second peer would take the first one's "
                "place.",
                "Give --answerer-token-file a token with another sub."};
}

std::string Lasting(const ShownCertificate& certificate, absl::Time now) {
  const std::string date = absl::FormatTime("%Y-%m-%d", certificate.not_after, absl::UTCTimeZone());
  const auto days = absl::ToInt64Hours(certificate.not_after - now) / 24;
  if (certificate.not_after <= now) return absl::StrCat("ended on ", date);
  if (certificate.not_before > now) {
    return absl::StrCat("counts only from ",
                        absl::FormatTime("%Y-%m-%d", certificate.not_before, absl::UTCTimeZone()));
  }
  return absl::StrCat("ends in ", days, days == 1 ? " day (" : " days (", date, ")");
}

std::string InWords(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds >= 1) return absl::StrFormat("%.2f s", seconds);
  return absl::StrFormat("%.2f ms", seconds * 1000);
}

}  // namespace signaling::ctl
