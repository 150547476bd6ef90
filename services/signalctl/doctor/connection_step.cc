// Step 1: name, TCP, TLS, upgrade, and whether the gateway takes who asks.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/signalctl/doctor/visit.h"

namespace signaling::ctl {
namespace {

// From here on a certificate is to be thought of; the processes themselves warn from here on, too.
constexpr absl::Duration kSoon = absl::Hours(7 * 24);

std::string Took(const Trace& trace, Stage stage) {
  return absl::StrCat(" (", InWords(trace.took[static_cast<std::size_t>(stage)]), ")");
}

void AddTls(const Trace& trace, const Visit& visit, Step& step) {
  if (!visit.options.url.tls) {
    step.checks.push_back(NotChecked("TLS", "the URL is ws://: nothing is encrypted on the way"));
    return;
  }
  step.checks.push_back(
      {"TLS", Outcome::kOk, absl::StrCat(trace.tls_version, Took(trace, Stage::kTls))});
  const ShownCertificate& shown = trace.verification.certificate.value_or(ShownCertificate{});
  Check check{"certificate", Outcome::kOk,
              absl::StrCat("trusted, for ", absl::StrJoin(shown.names, ", "), ", ",
                           Lasting(shown, absl::Now()))};
  check.lines = {absl::StrCat("subject ", shown.subject), absl::StrCat("issuer ", shown.issuer)};
  if (shown.not_after - absl::Now() < kSoon) {
    check.next =
        "Renew it: the files of --tls_cert and --tls_key are read again while the gateway runs.";
  }
  step.checks.push_back(std::move(check));
}

void AddUpgrade(const Trace& trace, Step& step) {
  const std::string took = Took(trace, Stage::kUpgrade);
  if (trace.subprotocol == "signaling.v1") {
    step.checks.push_back(
        {"upgrade", Outcome::kOk, absl::StrCat("HTTP 101, subprotocol signaling.v1", took)});
    return;
  }
  step.checks.push_back(Failed(
      "upgrade",
      {trace.subprotocol.empty()
           ? "HTTP 101, but the subprotocol signaling.v1 was not selected"
           : absl::StrCat("HTTP 101, but the subprotocol ", trace.subprotocol, " was selected"),
       "What answers is no signaling-gateway, or a proxy drops Sec-WebSocket-Protocol: browsers "
       "that "
       "send their token there cannot connect.",
       "Let the proxy pass Sec-WebSocket-Protocol on; check the URL."}));
}

// What the gateway says first: it tells refusals after the upgrade, since browsers cannot see one of HTTP.
void AddWelcome(Visit& visit, Step& step) {
  const std::string& origin = visit.options.origin;
  visit.peer->session().Send({{"type", "ping"}, {"t", "doctor"}});
  if (visit.peer->Expect("pong") != nullptr) {
    visit.reachable = true;
    step.checks.push_back({"answer", Outcome::kOk, "the gateway answers"});
  } else if (visit.peer->trouble().code != "origin_not_allowed") {
    step.checks.push_back(Failed("answer", Explain(visit.peer->trouble(), visit.asked())));
    return;
  }
  if (origin.empty()) {
    step.checks.push_back(
        NotChecked("origin", "none was sent, as programs do",
                   "--origin https://example.org connects as a page of that origin would."));
  } else if (visit.reachable) {
    step.checks.push_back({"origin", Outcome::kOk, absl::StrCat(origin, " may connect")});
  } else {
    step.checks.push_back(Failed("origin", Explain(visit.peer->trouble(), visit.asked())));
  }
}

const char* Failing(Stage stage) {
  switch (stage) {
    case Stage::kResolve: return "name";
    case Stage::kConnect: return "TCP";
    case Stage::kTls: return "TLS";
    case Stage::kUpgrade:
    case Stage::kOpen: break;
  }
  return "upgrade";
}

}  // namespace

Step CheckConnection(Visit& visit) {
  Step step{1, "WebSocket connection"};
  visit.peer = std::make_unique<Peer>(visit.io, visit.socket_options());
  const bool open = visit.peer->WaitUntilOpen();
  const Trace& trace = visit.peer->session().trace();
  const Stage reached = open ? Stage::kOpen : visit.peer->trouble().end.stage;
  if (reached > Stage::kResolve) {
    step.checks.push_back(
        {"name", Outcome::kOk,
         absl::StrCat(visit.options.url.host, " is ", absl::StrJoin(trace.addresses, ", "),
                      Took(trace, Stage::kResolve))});
  }
  if (reached > Stage::kConnect) {
    step.checks.push_back(
        {"TCP", Outcome::kOk,
         absl::StrCat("connected to ", trace.connected_to, Took(trace, Stage::kConnect))});
  }
  if (reached > Stage::kTls) AddTls(trace, visit, step);
  if (!open) {
    step.checks.push_back(Failed(Failing(reached), Explain(visit.peer->trouble(), visit.asked())));
    return step;
  }
  AddUpgrade(trace, step);
  AddWelcome(visit, step);
  return step;
}

}  // namespace signaling::ctl
