#include "gateway/ws/errors.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

v1::Error Make(Reason reason, std::string_view message, Action action, bool fatal) {
  v1::Error error;
  error.set_reason(static_cast<v1::ErrorReason>(reason));
  error.set_message(message.data(), message.size());
  error.set_action(static_cast<v1::ErrorAction>(action));
  error.set_fatal(fatal);
  return error;
}

}  // namespace

v1::Error Fault(Reason reason, std::string_view message) {
  return Make(reason, message, Info(reason).action, false);
}

v1::Error FatalError(Reason reason, std::string_view message) {
  return Make(reason, message, FinalAction(reason), true);
}

void SetRetryAfter(Duration time, v1::Error* error) {
  const auto up = std::chrono::ceil<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(up);
  error->mutable_retry_after()->set_seconds(seconds.count());
  error->mutable_retry_after()->set_nanos(
      static_cast<std::int32_t>(std::chrono::nanoseconds(up - seconds).count()));
}

std::optional<Reason> KnownReason(const v1::Error& error) {
  if (error.reason() <= 0 || static_cast<std::size_t>(error.reason()) > AllReasons().size()) {
    return std::nullopt;
  }
  return static_cast<Reason>(error.reason());
}

bool IsStrike(Reason reason) {
  return reason == Reason::kInvalidJson || reason == Reason::kInvalidMessage ||
         reason == Reason::kHelloRequired;
}

}  // namespace signaling::gateway
