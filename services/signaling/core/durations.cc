#include "services/signaling/core/durations.h"

#include <cstdint>

namespace signaling {
namespace {

constexpr std::int64_t kMaxSeconds = 315'576'000'000;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;

}  // namespace

std::optional<absl::Duration> FromProto(const google::protobuf::Duration& duration) {
  const std::int64_t seconds = duration.seconds();
  const std::int32_t nanos = duration.nanos();
  if (seconds < -kMaxSeconds || seconds > kMaxSeconds || nanos <= -kNanosPerSecond ||
      nanos >= kNanosPerSecond || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) {
    return std::nullopt;
  }
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  const std::int64_t nanos = absl::ToInt64Nanoseconds(duration);
  out->set_seconds(nanos / kNanosPerSecond);
  out->set_nanos(static_cast<std::int32_t>(nanos % kNanosPerSecond));
}

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t nanos = absl::ToUnixNanos(time);
  out->set_seconds(nanos / kNanosPerSecond);
  out->set_nanos(static_cast<std::int32_t>(nanos % kNanosPerSecond));
}

}  // namespace signaling
