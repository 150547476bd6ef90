// Times and durations between protobuf's and Abseil's, and the bounds that clients may give.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace signaling {

inline constexpr absl::Duration kMinOfferTtl = absl::Seconds(1);
inline constexpr absl::Duration kMaxOfferTtl = absl::Hours(24);
inline constexpr absl::Duration kDefaultBan = absl::Minutes(5);
inline constexpr absl::Duration kMaxBan = absl::Hours(24);
inline constexpr absl::Duration kMaxSetupDuration = absl::Minutes(10);  // that a client reports

// Nothing: not a duration that protobuf allows (seconds and nanoseconds of one sign, under 10 000 years).
std::optional<absl::Duration> FromProto(const google::protobuf::Duration& duration);

// As it is: the service's own.
absl::Time FromProto(const google::protobuf::Timestamp& time);

void SetDuration(absl::Duration duration, google::protobuf::Duration* out);
void SetTime(absl::Time time, google::protobuf::Timestamp* out);

}  // namespace signaling
