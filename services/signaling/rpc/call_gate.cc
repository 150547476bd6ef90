#include "services/signaling/rpc/call_gate.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/text.h"
#include "services/common/traceparent.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/tls.h"

namespace signaling {
namespace {

constexpr absl::string_view kScheme = "bearer ";
constexpr char kCallerPayload[] = "signaling.v1/caller";

// Empty: it is not there.
std::string_view Metadata(const grpc::CallbackServerContext& call, const char* key) {
  const auto found = call.client_metadata().find(key);
  if (found == call.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

absl::Status Judge(CallGate::Rule rule, const Identity& who) {
  absl::Status status = rule(who);
  if (!status.ok()) status.SetPayload(kCallerPayload, absl::Cord(who.client_id));
  return status;
}

}  // namespace

std::string BearerToken(const grpc::CallbackServerContext& call) {
  absl::string_view value = Absl(Metadata(call, "authorization"));
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return {};
  value.remove_prefix(kScheme.size());
  return std::string(value);
}

std::string Traceparent(const grpc::CallbackServerContext& call) {
  return std::string(WellFormedTraceparent(Metadata(call, "traceparent")));
}

std::string RefusedCaller(const absl::Status& refusal) {
  const absl::optional<absl::Cord> caller = refusal.GetPayload(kCallerPayload);
  return caller ? std::string(*caller) : std::string();
}

void CallGate::Admit(const grpc::CallbackServerContext& call, Rule rule,
                     Authenticator::Done done) const {
  std::vector<std::string> names;
  if (certificates_) names = PeerNames(*call.auth_context());
  const std::optional<Identity> peer = IdentityOfPeer(names, policy_);
  if (peer && rule(*peer).ok()) return done(*peer);
  if (!certificates_ || authenticator_.required()) {
    std::string token = BearerToken(call);
    // Who is known, and shows no token, is told what it lacks.
    if (peer && token.empty()) return done(Judge(rule, *peer));
    std::string address = call.peer();
    if (absl::Status status = limits_.MayAuthenticate(address); !status.ok()) return done(status);
    return authenticator_.Authenticate(
        token, [this, rule, address = std::move(address),
                done = std::move(done)](const absl::StatusOr<Identity>& identity) {
          if (RefusalReason(identity.status()) == Reason::kUnauthenticated) {
            limits_.OnFailedAuthentication(address);
          }
          if (!identity.ok()) return done(identity.status());
          const absl::Status allowed = Judge(rule, *identity);
          allowed.ok() ? done(*identity) : done(allowed);
        });
  }
  if (peer) return done(Judge(rule, *peer));
  done(names.empty() ? Refusal(Reason::kUnauthenticated, "this needs a client certificate")
                     : Refusal(Reason::kPermissionDenied,
                               "the names of the client certificate are granted nothing here"));
}

}  // namespace signaling
