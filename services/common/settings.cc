#include "services/common/settings.h"

#include <algorithm>
#include <utility>

#include "absl/flags/marshalling.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"

namespace signaling {
namespace {

// Reads what flags of that type read.
template <typename T>
bool Parse(const std::string& text, T* value) {
  std::string ignored;
  return absl::ParseFlag(absl::string_view(text), value, &ignored);
}

template <typename T>
bool Holds(const Range<T>& range, T value) {
  return (value >= range.least && value <= range.most) || (range.or_zero && value == T());
}

std::string Words(std::string_view least, std::string_view most, bool or_zero) {
  return absl::StrCat(Absl(least), " to ", Absl(most), or_zero ? ", or 0" : "");
}

std::vector<std::string> Split(const std::string& text) {
  if (text.empty()) return {};
  return absl::StrSplit(text, ',');
}

// Of a value in an error.
constexpr std::size_t kMaxShownBytes = 512;

bool HoldsControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_iscntrl);
}

// "a, b": nothing that a list is compared with begins with a space.
bool IsPadded(std::string_view item) {
  return !item.empty() && (item.front() == ' ' || item.back() == ' ');
}

}  // namespace

std::string Describe(const Assignment& assignment) {
  const bool has_name = assignment.where.find(':') == std::string::npos;
  const bool is_file = HoldsControl(assignment.text);
  return absl::StrCat(assignment.where, has_name ? "" : ": ", has_name ? "" : assignment.name,
                      is_file ? "" : "=", is_file ? "" : RedactedInError(assignment.text));
}

// All up to the last @, whatever else is there: a password may hold commas, slashes and what looks like a URL.
std::string Redacted(std::string_view text) {
  constexpr std::string_view kScheme = "://";
  const std::size_t scheme = text.find(kScheme);
  const std::size_t at = text.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme) {
    return std::string(text);
  }
  return absl::StrCat(Absl(text.substr(0, scheme + kScheme.size())), "redacted",
                      Absl(text.substr(at)));
}

std::string RedactedInError(std::string_view text) {
  std::string redacted = Redacted(text);
  const std::size_t at = redacted.rfind('@');
  const bool is_url = redacted.find("://") < at;
  if (at != std::string::npos && !is_url && redacted.rfind(':', at) != std::string::npos) {
    redacted.replace(0, at, "redacted");
  }
  if (redacted.size() > kMaxShownBytes) {
    redacted.resize(kMaxShownBytes);
    redacted += "...";
  }
  return redacted;
}

Setting::Setting(std::string_view name, Kind kind, std::string text, std::string_view help,
                 Take take)
    : name_(name),
      kind_(kind),
      help_(help),
      default_text_(text),
      text_(std::move(text)),
      take_(std::move(take)) {}

absl::Status Setting::Set(const Assignment& assignment) {
  if (HoldsControl(assignment.text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(assignment), ": must be one line, without control characters in it"));
  }
  std::string text = assignment.text;
  if (const absl::Status status = take_(&text); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(Describe(assignment), ": ", status.message()));
  }
  text_ = std::move(text);
  where_ = assignment.where;
  return absl::OkStatus();
}

Setting& Settings::Add(std::string_view name, std::string* value, std::string_view help) {
  return Add(name, *value, help, [value](const std::string& text) {
    *value = text;
    return absl::OkStatus();
  });
}

Setting& Settings::Add(std::string_view name, bool* value, std::string_view help) {
  return settings_.emplace_back(name, Setting::Kind::kSwitch, absl::UnparseFlag(*value), help,
                                [value](std::string* text) {
                                  if (!Parse(*text, value))
                                    return absl::InvalidArgumentError("must be true or false");
                                  *text = absl::UnparseFlag(*value);
                                  return absl::OkStatus();
                                });
}

Setting& Settings::Add(std::string_view name, std::vector<std::string>* value,
                       std::string_view help) {
  return AddList(name, *value, help, [value](const std::vector<std::string>& items) {
    *value = items;
    return absl::OkStatus();
  });
}

Setting& Settings::Add(std::string_view name, absl::Duration* value, Range<absl::Duration> range,
                       std::string_view help) {
  const std::string words =
      Words(absl::FormatDuration(range.least), absl::FormatDuration(range.most), range.or_zero);
  return settings_
      .emplace_back(name, Setting::Kind::kDuration, absl::FormatDuration(*value), help,
                    [value, range, words](std::string* text) {
                      absl::Duration duration;
                      if (!Parse(*text, &duration)) {
                        return absl::InvalidArgumentError(
                            absl::StrCat("must be a duration like 30s, ", words));
                      }
                      if (!Holds(range, duration)) {
                        return absl::InvalidArgumentError(absl::StrCat("must be ", words));
                      }
                      *value = duration;
                      *text = absl::FormatDuration(duration);
                      return absl::OkStatus();
                    })
      .Values(words);
}

Setting& Settings::AddNumber(std::string_view name, std::int64_t value, Range<std::int64_t> range,
                             std::string_view help, const std::function<void(std::int64_t)>& take) {
  const std::string words =
      Words(absl::StrCat(range.least), absl::StrCat(range.most), range.or_zero);
  return settings_
      .emplace_back(
          name, Setting::Kind::kNumber, absl::StrCat(value), help,
          [range, words, take](std::string* text) {
            std::int64_t number = 0;
            if (!Parse(*text, &number) || !Holds(range, number)) {
              return absl::InvalidArgumentError(absl::StrCat("must be a whole number, ", words));
            }
            take(number);
            *text = absl::StrCat(number);
            return absl::OkStatus();
          })
      .Values(words);
}

Setting& Settings::Add(std::string_view name, std::string_view default_text, std::string_view help,
                       const std::function<absl::Status(const std::string&)>& take) {
  return settings_.emplace_back(name, Setting::Kind::kText, std::string(default_text), help,
                                [take](std::string* text) { return take(*text); });
}

Setting& Settings::AddList(
    std::string_view name, const std::vector<std::string>& defaults, std::string_view help,
    const std::function<absl::Status(const std::vector<std::string>&)>& take) {
  return settings_.emplace_back(
      name, Setting::Kind::kList, absl::StrJoin(defaults, ","), help, [take](std::string* text) {
        const std::vector<std::string> items = Split(*text);
        if (std::any_of(items.begin(), items.end(), IsPadded)) {
          return absl::InvalidArgumentError("must have no spaces around the commas");
        }
        return take(items);
      });
}

Setting* Settings::Find(std::string_view name) {
  const auto found = std::find_if(settings_.begin(), settings_.end(),
                                  [name](const Setting& one) { return one.name() == name; });
  return found == settings_.end() ? nullptr : &*found;
}

const Setting* Settings::Find(std::string_view name) const {
  return const_cast<Settings*>(this)->Find(name);
}

absl::Status Settings::Set(const Assignment& assignment) {
  Setting* const setting = Find(assignment.name);
  if (setting == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(assignment.where, ": there is no setting '",
                                                   assignment.name, "'; see --help"));
  }
  return setting->Set(assignment);
}

std::vector<const Setting*> Settings::Sorted() const {
  std::vector<const Setting*> sorted;
  for (const Setting& setting : settings_) sorted.push_back(&setting);
  std::sort(sorted.begin(), sorted.end(),
            [](const Setting* a, const Setting* b) { return a->name() < b->name(); });
  return sorted;
}

}  // namespace signaling
