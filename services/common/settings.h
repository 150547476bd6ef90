// What can be set about a process. Each setting is declared once: its name, the variable that takes it (whose value then is
// the default), what it may be, and what it is for. Flags, environment, file, help and documentation all come from here.
// Not thread-safe; owned by who reads a configuration. The variables outlive Set.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace signaling {

// From one value to the other, both included.
template <typename T>
struct Range {
  T least;
  T most;
  bool or_zero = false;  // that too, although it is less
};

// What came from one place: `text` for `name`, as it stands there.
struct Assignment {
  std::string name;
  std::string text;
  std::string
      where;  // "--port", "SIGNALING_PORT", "/etc/gateway.yaml:3"; only one in a file has a colon
};

// For errors: the place, the name where the place has none, and the value, without what may be secret in it and cut where it
// is long.
std::string Describe(const Assignment& assignment);

// Without what stands before the @ of a URL: it may be a password.
std::string Redacted(std::string_view text);
// The same of a value that was refused, which need not be a URL for that: "user:password@host" is none.
std::string RedactedInError(std::string_view text);

class Setting {
 public:
  enum class Kind : std::uint8_t { kText, kNumber, kDuration, kSwitch, kList };
  // Takes the text, and gives it back as it is always written. The error says what it must be.
  using Take = std::function<absl::Status(std::string* text)>;

  Setting(std::string_view name, Kind kind, std::string text, std::string_view help, Take take);

  // A running process takes a new value of it.
  Setting& Reloads() {
    reloads_ = true;
    return *this;
  }
  // In words, what it may be; for help.
  Setting& Values(std::string_view values) {
    values_ = values;
    return *this;
  }

  absl::Status Set(const Assignment& assignment);

  const std::string& name() const { return name_; }
  Kind kind() const { return kind_; }
  const std::string& help() const { return help_; }
  const std::string& values() const { return values_; }
  const std::string& default_text() const { return default_text_; }
  bool reloads() const { return reloads_; }
  // As it stands; those of a list are separated by commas.
  const std::string& text() const { return text_; }
  // Where that comes from; empty: it is the default.
  const std::string& where() const { return where_; }

 private:
  std::string name_;
  Kind kind_;
  std::string help_;
  std::string values_;
  std::string default_text_;
  std::string text_;
  std::string where_;
  bool reloads_ = false;
  Take take_;
};

class Settings {
 public:
  Setting& Add(std::string_view name, std::string* value, std::string_view help);
  Setting& Add(std::string_view name, bool* value, std::string_view help);
  Setting& Add(std::string_view name, std::vector<std::string>* value, std::string_view help);
  Setting& Add(std::string_view name, absl::Duration* value, Range<absl::Duration> range,
               std::string_view help);
  template <std::integral T>
  Setting& Add(std::string_view name, T* value, Range<std::int64_t> range, std::string_view help) {
    return AddNumber(name, static_cast<std::int64_t>(*value), range, help,
                     [value](std::int64_t number) { *value = static_cast<T>(number); });
  }
  // One with a grammar of its own.
  Setting& Add(std::string_view name, std::string_view default_text, std::string_view help,
               const std::function<absl::Status(const std::string&)>& take);
  // A list whose items have one.
  Setting& AddList(std::string_view name, const std::vector<std::string>& defaults,
                   std::string_view help,
                   const std::function<absl::Status(const std::vector<std::string>&)>& take);

  // Null where there is none.
  Setting* Find(std::string_view name);
  const Setting* Find(std::string_view name) const;
  // The error names the place, the setting and what it must be, in one line. No value holds a control character: what does is
  // the text of a file, maybe of a key, where its name belongs, and is not repeated.
  absl::Status Set(const Assignment& assignment);

  // By name.
  std::vector<const Setting*> Sorted() const;
  const std::vector<Setting>& all() const { return settings_; }

 private:
  Setting& AddNumber(std::string_view name, std::int64_t value, Range<std::int64_t> range,
                     std::string_view help, const std::function<void(std::int64_t)>& take);

  std::vector<Setting> settings_;  // as they were added
};

}  // namespace signaling
