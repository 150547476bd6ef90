#include "services/signaling/rpc/call_audit.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "services/common/clock.h"
#include "services/common/reason.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/rpc/call_gate.h"

namespace signaling {
namespace {

bool Reads(const std::string& method) {
  for (const char* prefix : {"Get", "List", "Explain", "Watch"}) {
    if (absl::StartsWith(method, prefix)) return true;
  }
  return false;
}

absl::Duration Uptime() { return SystemClock().Uptime(); }

}  // namespace

std::string MethodOf(const google::protobuf::Descriptor& request) {
  return std::string(absl::StripSuffix(request.name(), "Request"));
}

CallAudit::CallAudit(CallLog& log, std::string method, const grpc::CallbackServerContext& call)
    : log_(log), method_(std::move(method)), traceparent_(Traceparent(call)), began_(Uptime()) {}

absl::Status CallAudit::Admitted(const absl::StatusOr<Identity>& caller) {
  caller_ = caller.ok() ? caller->client_id : RefusedCaller(caller.status());
  return caller.status();
}

void CallAudit::Write(const absl::Status& status) {
  const auto reason = RefusalReason(status);
  log_.Write({.method = method_,
              .changes = !Reads(method_),
              .refused = refused_,
              .caller = caller_,
              .code = CodeName(static_cast<grpc::StatusCode>(status.code())),
              .reason = reason ? Info(*reason).code : std::string_view(),
              .took = Uptime() - began_,
              .traceparent = traceparent_,
              .subject = subject_});
}

}  // namespace signaling
