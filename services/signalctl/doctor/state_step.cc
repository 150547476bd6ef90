// Step 3: a session as it lives: its round trip, its room, and whether it survives its socket.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/ids.h"
#include "services/signalctl/doctor/visit.h"
#include "services/signalctl/ws/claims.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr int kPings = 5;

bool RoundTrip(Visit& visit, Step& step) {
  std::vector<Duration> took;
  for (int i = 0; i < kPings; ++i) {
    const std::optional<Duration> one = visit.peer->PingOnce();
    if (!one) {
      step.checks.push_back(Failed("round trip", Explain(visit.peer->trouble(), visit.asked())));
      return false;
    }
    took.push_back(*one);
  }
  std::sort(took.begin(), took.end());
  step.checks.push_back(
      {"round trip", Outcome::kOk,
       absl::StrCat("WebSocket ping, median of ", kPings, ": ", InWords(took[kPings / 2]),
                    ", worst ", InWords(took.back()))});
  return true;
}

void Describe(const Visit& visit, Step& step) {
  const json::object& connected = visit.peer->connected();
  Check check{"session", Outcome::kOk, TextOf(connected, "session_id")};
  check.lines.push_back(absl::StrCat("client_id ", visit.peer->client_id(), ", idle timeout ",
                                     NumberOf(connected, "timeout_ms"), " ms, ping every ",
                                     NumberOf(connected, "ping_interval_ms"), " ms, resume window ",
                                     NumberOf(connected, "resume_window_ms"), " ms"));
  std::vector<std::string> limits;
  if (const json::value* all = connected.if_contains("limits");
      all != nullptr && all->is_object()) {
    for (const auto& [name, value] : all->get_object()) {
      limits.push_back(absl::StrCat(std::string(name.data(), name.size()), " ",
                                    value.is_int64() ? value.get_int64() : 0));
    }
  }
  check.lines.push_back(absl::StrJoin(limits, ", "));
  const json::value* servers = connected.if_contains("ice_servers");
  const std::size_t count =
      servers != nullptr && servers->is_array() ? servers->get_array().size() : 0;
  check.lines.push_back(
      count == 0 ? "no STUN or TURN server: peers that cannot reach each other directly get no call"
                 : absl::StrCat(count, " STUN or TURN servers, policy ",
                                TextOf(connected, "ice_transport_policy")));
  step.checks.push_back(std::move(check));
}

// A room of one's own, so that nobody is disturbed; unless another is asked for.
std::string RoomToJoin(const Visit& visit) {
  if (!visit.options.room.empty()) return visit.options.room;
  return FreshRoom(visit.options.token, "doctor");
}

bool Join(Visit& visit, Step& step) {
  const std::string room = RoomToJoin(visit);
  if (room.empty()) {
    step.checks.push_back(
        NotChecked("room", "the token names no room that is sure to be empty",
                   "--room NAME joins one; who is in it will see this doctor come and go."));
    return true;
  }
  // Without `replace`: it must not throw out whoever sits there under the same identity.
  const std::uint64_t id =
      visit.peer->session().SendNumbered({{"type", "join"}, {"room", room}, {"replace", false}});
  const json::object* joined = visit.peer->Expect("joined", id);
  if (joined == nullptr) {
    const Trouble& trouble = visit.peer->trouble();
    step.checks.push_back(Failed("room", Explain(trouble, visit.asked())));
    return trouble.kind == Trouble::Kind::kUnexpected ||
           (trouble.kind == Trouble::Kind::kRefused && !trouble.fatal);
  }
  Check check{"room", Outcome::kOk, absl::StrCat("joined ", room)};
  if (const json::value* options = joined->if_contains("options");
      options != nullptr && options->is_object()) {
    const json::value* locked = options->get_object().if_contains("locked");
    check.lines.push_back(absl::StrCat(
        "at most ", NumberOf(options->get_object(), "max_participants"), " participants, media ",
        TextOf(options->get_object(), "media"),
        locked != nullptr && locked->is_bool() && locked->get_bool() ? ", locked" : ""));
  }
  step.checks.push_back(std::move(check));
  return true;
}

// Breaks the connection as a network does, and comes back.
bool Resume(Visit& visit, Step& step) {
  const char name[] = "resume";
  if (NumberOf(visit.peer->connected(), "resume_window_ms") == 0) {
    step.checks.push_back(
        NotChecked(name, "the service keeps no session without a connection (--resume_window)"));
    return true;
  }
  const Peer& before = *visit.peer;
  visit.peer->session().Drop();
  auto again = std::make_unique<Peer>(visit.io, visit.socket_options(), before);
  const bool greeted =
      again->WaitUntilOpen() &&
      again->Greet("", json::object{{"session_id", TextOf(before.connected(), "session_id")},
                                    {"resume_token", TextOf(before.connected(), "resume_token")},
                                    {"last_seq", before.session().last_seq()}});
  visit.peer = std::move(again);
  if (!greeted) {
    step.checks.push_back(Failed(name, Explain(visit.peer->trouble(), visit.asked())));
    return false;
  }
  const json::object& connected = visit.peer->connected();
  visit.session_ids.push_back(TextOf(connected, "session_id"));
  const json::value* resumed = connected.if_contains("resumed");
  if (resumed != nullptr && resumed->is_bool() && resumed->get_bool()) {
    step.checks.push_back(
        {name, Outcome::kOk, "the connection was broken, and the session went on (resumed: true)"});
    return true;
  }
  step.checks.push_back(
      Failed(name, {absl::StrCat("the session did not go on: ", TextOf(connected, "resume_error")),
                    "A client whose network fails for a moment loses its call.",
                    "With several services or gateways: does the proxy lead to another system? "
                    "Look at --resume_window "
                    "and at the service's log for this session."}));
  return true;
}

}  // namespace

Step CheckState(Visit& visit) {
  Step step{3, "Connection state"};
  if (!visit.greeted) {
    step.checks.push_back(NotChecked("session", visit.reachable
                                                    ? "there is none: see step 2"
                                                    : "there is no connection: see step 1"));
    return step;
  }
  if (!RoundTrip(visit, step)) return step;
  Describe(visit, step);
  if (!Join(visit, step) || !Resume(visit, step)) return step;
  if (visit.peer->Part()) {
    step.checks.push_back({"end", Outcome::kOk, "bye, answered by a close with 1000"});
  } else {
    step.checks.push_back(Failed("end", Explain(visit.peer->trouble(), visit.asked())));
  }
  return step;
}

}  // namespace signaling::ctl
