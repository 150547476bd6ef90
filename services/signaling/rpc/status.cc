#include "services/signaling/rpc/status.h"

#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/common/text.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kDomain[] = "signaling.v1";
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

bool MakesSenseAgain(v1::ErrorAction action) {
  return action == v1::ERROR_ACTION_RETRY || action == v1::ERROR_ACTION_RECONNECT;
}

// `field` names what is wrong in the request; empty: nothing in particular.
grpc::Status Make(Reason reason, const v1::Error& error, const std::string& field) {
  const ReasonInfo& info = Info(reason);
  google::rpc::Status status;
  // The codes are the same numbers by design of both.
  status.set_code(static_cast<int>(info.status));
  status.set_message(error.message());

  google::rpc::ErrorInfo why;
  why.set_reason(absl::AsciiStrToUpper(Absl(info.code)));
  why.set_domain(kDomain);
  status.add_details()->PackFrom(why);

  if (info.status == absl::StatusCode::kInvalidArgument && !field.empty()) {
    google::rpc::BadRequest bad;
    google::rpc::BadRequest::FieldViolation* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(error.message());
    status.add_details()->PackFrom(bad);
  }
  if (MakesSenseAgain(error.action())) {
    google::rpc::RetryInfo retry;
    if (error.has_retry_after()) {
      *retry.mutable_retry_delay() = error.retry_after();
    } else {
      SetDuration(kRetryDelay, retry.mutable_retry_delay());
    }
    status.add_details()->PackFrom(retry);
  }
  return {static_cast<grpc::StatusCode>(info.status), error.message(), status.SerializeAsString()};
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (const auto reason = RefusalReason(status)) {
    return Make(*reason, MakeError(status), RefusalField(status));
  }
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

grpc::Status ToGrpc(const v1::Closed& closed) {
  Reason reason;
  if (!closed.has_error() || !FromProto(closed.error().reason(), &reason)) return grpc::Status::OK;
  return Make(reason, closed.error(), {});
}

const char* CodeName(grpc::StatusCode code) {
  constexpr std::array<const char*, kCodes> kNames = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const auto index = static_cast<std::size_t>(code);
  return kNames[index < kCodes ? index : static_cast<std::size_t>(grpc::StatusCode::UNKNOWN)];
}

}  // namespace signaling
