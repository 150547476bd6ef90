// Durations, times and sizes for people. Programs get RFC 3339 and proto3 JSON (json.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace signaling::ctl {

// The two largest units of what is: 850ms, 12.5s, 3m20s, 2h5m, 4d1h. Not finite: "forever".
std::string HumanDuration(absl::Duration duration);

// 512B, 1.5KiB, 20MiB.
std::string HumanBytes(std::uint64_t bytes);

// "3m20s ago", "in 5m"; empty where it is not set.
std::string HumanTime(const google::protobuf::Timestamp& time, absl::Time now);

// 12:34:56.789 of the machine's zone.
std::string ClockTime(absl::Time time);

// "MEDIA_AUDIO" and "MEDIA_" are "audio". Empty where the name is: a value that this signalctl does not know.
std::string EnumWord(std::string_view name, std::string_view prefix);

absl::Time ToTime(const google::protobuf::Timestamp& time);
absl::Duration ToDuration(const google::protobuf::Duration& duration);

}  // namespace signaling::ctl
