// Step 2: what we send is taken, and what comes back is as docs/protocol.md says.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/signalctl/doctor/greeting.h"
#include "services/signalctl/doctor/visit.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

const char kMark[] = "signalctl doctor: the same back, please";

bool PingPong(Visit& visit, const char* name, Step& step) {
  visit.peer->session().Send({{"type", "ping"}, {"t", kMark}});
  const json::object* pong = visit.peer->Expect("pong");
  if (pong == nullptr) {
    step.checks.push_back(Failed(name, Explain(visit.peer->trouble(), visit.asked())));
    return false;
  }
  if (TextOf(*pong, "t") != kMark) {
    step.checks.push_back(Failed(
        name, {"the pong has not the t of the ping",
               "What answers does not speak the protocol, or something between changes messages.",
               "Compare with the gateway's own port, without a proxy."}));
    return false;
  }
  step.checks.push_back({name, Outcome::kOk, "pong, with the same t"});
  return true;
}

bool Greet(Visit& visit, Step& step) {
  if (!visit.peer->Greet(visit.options.token)) {
    visit.greeting_trouble = visit.peer->trouble();
    step.checks.push_back(visit.is_refused_by_identity()
                              ? NotChecked("hello", "the service does not let us in: see step 5")
                              : Failed("hello", Explain(*visit.greeting_trouble, visit.asked())));
    return false;
  }
  visit.greeted = true;
  const json::object& connected = visit.peer->connected();
  visit.session_ids.push_back(TextOf(connected, "session_id"));
  const std::vector<std::string> faults = FaultsOfConnected(connected);
  if (faults.empty()) {
    step.checks.push_back({"hello", Outcome::kOk, "connected, each of its fields as it has to be"});
    return true;
  }
  Check check =
      Failed("hello",
             {"connected is not well-formed", "Client and gateway do not agree about the protocol.",
              "Compare versions: signalctl version, signaling-gateway --version."});
  check.lines = faults;
  step.checks.push_back(std::move(check));
  return true;
}

// The mistake is deliberate: it must be told, and must not cost the connection.
bool UnknownType(Visit& visit, Step& step) {
  const char name[] = "unknown type";
  const std::uint64_t id = visit.peer->session().SendNumbered({{"type", "signalctl_no_such_type"}});
  // No message has this type, so that what comes is a trouble: the right one, or another.
  visit.peer->Expect("an error", id);
  const Trouble& trouble = visit.peer->trouble();
  if (trouble.kind == Trouble::Kind::kRefused && trouble.code == "unknown_type" && !trouble.fatal) {
    step.checks.push_back({name, Outcome::kOk, "answered by the error unknown_type"});
    return true;
  }
  Check check = Failed(name, Explain(trouble, visit.asked()));
  check.meaning = "A type that there is not has to be answered by unknown_type, and cost nothing.";
  step.checks.push_back(std::move(check));
  return trouble.kind == Trouble::Kind::kRefused && !trouble.fatal;
}

}  // namespace

Step CheckFormat(Visit& visit) {
  Step step{2, "Message format"};
  if (!visit.reachable) {
    step.checks.push_back(NotChecked("messages", "there is no connection: see step 1"));
    return step;
  }
  if (PingPong(visit, "ping before hello", step) && Greet(visit, step) &&
      UnknownType(visit, step)) {
    PingPong(visit, "connection stays open", step);
  }
  return step;
}

}  // namespace signaling::ctl
