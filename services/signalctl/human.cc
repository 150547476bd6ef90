#include "services/signalctl/human.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

struct Unit {
  absl::Duration size;
  const char* name;
};

// `whole` of the unit and the rest of the next smaller one, which is left out where it is nothing.
std::string Two(absl::Duration duration, const Unit& unit, const Unit& next) {
  const std::int64_t whole = absl::IDivDuration(duration, unit.size, &duration);
  const std::int64_t rest = absl::IDivDuration(duration, next.size, &duration);
  return rest == 0 ? absl::StrCat(whole, unit.name)
                   : absl::StrCat(whole, unit.name, rest, next.name);
}

std::string Short(double value, const char* unit) {
  std::string text = absl::StrFormat("%.*f", value < 10 ? 1 : 0, value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + unit;
}

}  // namespace

std::string HumanDuration(absl::Duration duration) {
  constexpr Unit kDay{absl::Hours(24), "d"};
  constexpr Unit kHour{absl::Hours(1), "h"};
  constexpr Unit kMinute{absl::Minutes(1), "m"};
  constexpr Unit kSecond{absl::Seconds(1), "s"};
  if (duration == absl::InfiniteDuration()) return "forever";
  if (duration < absl::ZeroDuration()) return absl::StrCat("-", HumanDuration(-duration));
  if (duration >= kDay.size) return Two(duration, kDay, kHour);
  if (duration >= kHour.size) return Two(duration, kHour, kMinute);
  if (duration >= kMinute.size) return Two(duration, kMinute, kSecond);
  if (duration >= absl::Milliseconds(999.5)) return Short(absl::ToDoubleSeconds(duration), "s");
  if (duration >= absl::Microseconds(999.5))
    return Short(absl::ToDoubleMilliseconds(duration), "ms");
  if (duration == absl::ZeroDuration()) return "0s";
  return Short(absl::ToDoubleMicroseconds(duration), "us");
}

std::string HumanBytes(std::uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, "B");
  double value = static_cast<double>(bytes) / 1024;
  for (const char* unit : {"KiB", "MiB", "GiB"}) {
    if (value < 999.5) return Short(value, unit);
    value /= 1024;
  }
  return Short(value, "TiB");
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string HumanTime(const google::protobuf::Timestamp& time, absl::Time now) {
  if (time.seconds() == 0 && time.nanos() == 0) return {};
  const absl::Duration ago = now - ToTime(time);
  // Clocks of two machines differ: what lies a little in the future has just been.
  if (ago < -absl::Seconds(1))
    return absl::StrCat("in ", HumanDuration(absl::Floor(-ago, absl::Seconds(1))));
  if (ago < absl::Seconds(1)) return "now";
  return absl::StrCat(HumanDuration(absl::Floor(ago, absl::Seconds(1))), " ago");
}

std::string EnumWord(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return absl::AsciiStrToLower(Absl(name));
}

std::string ClockTime(absl::Time time) {
  return absl::FormatTime("%H:%M:%E3S", time, absl::LocalTimeZone());
}

}  // namespace signaling::ctl
