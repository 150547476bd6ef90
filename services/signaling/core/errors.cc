#include "services/signaling/core/errors.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/types/optional.h"
#include "services/common/text.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::size_t kMaxErrorMessageBytes = 512;
constexpr char kReasonPayload[] = "signaling/reason";
constexpr char kFieldPayload[] = "signaling/field";

static_assert(static_cast<int>(Reason::kPeerUnavailable) == v1::ERROR_REASON_PEER_UNAVAILABLE);
static_assert(static_cast<int>(Reason::kRateLimited) == v1::ERROR_REASON_RATE_LIMITED);
static_assert(static_cast<int>(Reason::kRateLimited) == v1::ErrorReason_MAX);
static_assert(static_cast<int>(Action::kNone) == v1::ERROR_ACTION_NONE);
static_assert(static_cast<int>(Action::kClose) == v1::ERROR_ACTION_CLOSE);

std::string_view Cut(std::string_view text) {
  if (text.size() <= kMaxErrorMessageBytes) return text;
  std::size_t end = kMaxErrorMessageBytes;
  const auto is_continuation = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  while (end > 0 && is_continuation(end)) --end;
  return text.substr(0, end);
}

}  // namespace

v1::Error MakeError(Reason reason, std::string_view message) {
  return MakeError(reason, message, Info(reason).action);
}

v1::Error MakeError(Reason reason, std::string_view message, Action action) {
  v1::Error error;
  error.set_reason(static_cast<v1::ErrorReason>(reason));
  error.set_message(std::string(Cut(message)));
  error.set_action(static_cast<v1::ErrorAction>(action));
  return error;
}

v1::Closed MakeClosed(Reason reason, std::string_view message) {
  v1::Closed closed;
  *closed.mutable_error() = MakeError(reason, message, FinalAction(reason));
  closed.mutable_error()->set_fatal(true);
  closed.set_close_code(static_cast<std::uint32_t>(Info(reason).close_code));
  return closed;
}

v1::Error MakeError(const absl::Status& refusal) {
  return MakeError(RefusalReason(refusal).value_or(Reason::kInternal),
                   std::string(refusal.message()));
}

v1::Closed MakeClosed(const absl::Status& refusal) {
  return MakeClosed(RefusalReason(refusal).value_or(Reason::kInternal),
                    std::string(refusal.message()));
}

v1::Closed MakeNormalClosed() {
  v1::Closed closed;
  closed.set_close_code(static_cast<std::uint32_t>(CloseCode::kNormal));
  return closed;
}

absl::Status Refusal(Reason reason, std::string_view message, std::string_view field) {
  absl::Status status(Info(reason).status, Absl(message));
  status.SetPayload(kReasonPayload, absl::Cord(std::to_string(static_cast<int>(reason))));
  if (!field.empty()) status.SetPayload(kFieldPayload, absl::Cord(Absl(field)));
  return status;
}

std::optional<Reason> RefusalReason(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kReasonPayload);
  int number = 0;
  Reason reason{};
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &number) ||
      !FromProto(static_cast<v1::ErrorReason>(number), &reason)) {
    return std::nullopt;
  }
  return reason;
}

std::string RefusalField(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kFieldPayload);
  return payload ? std::string(*payload) : std::string();
}

bool FromProto(v1::ErrorReason from, Reason* reason) {
  if (from < 1 || from > v1::ErrorReason_MAX) return false;
  *reason = static_cast<Reason>(from);
  return true;
}

}  // namespace signaling
