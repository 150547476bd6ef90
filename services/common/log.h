// Logs: one JSON object a line on standard output. SDP, candidates and tokens never go in; addresses only at debug.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace signaling::log {

enum class Level { kDebug, kInfo, kWarning, kError };
inline constexpr std::array kLevels = {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError};

std::string_view LevelName(Level level);

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;
  bool optional = false;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::uint16_t v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::uint32_t v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

// A field that is left out where it says nothing: an empty text, 0, false.
template <class Value>
Field IfAny(std::string_view key, const Value& value) {
  Field field(key, value);
  field.optional = true;
  return field;
}

// "debug", "info", "warning", "error"; false for anything else.
bool ParseLevel(std::string_view text, Level* level);

// Once, before threads are started. `component` stands in every line.
void Init(std::string_view component, Level level);

// From the next line on. Thread-safe.
void SetLevel(Level level);

// How many of this level were written. Thread-safe.
std::uint64_t LinesWritten(Level level);

// Whether lines of this level are written: to be asked before anything is put together for one. Thread-safe.
bool IsOn(Level level);

// Thread-safe. Values that must outlive the call do: it returns when the line is formatted.
void Write(Level level, std::string_view event, std::initializer_list<Field> fields);

inline void Debug(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kDebug, event, fields);
}
inline void Info(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kInfo, event, fields);
}
inline void Warning(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kWarning, event, fields);
}
inline void Error(std::string_view event, std::initializer_list<Field> fields) {
  Write(Level::kError, event, fields);
}

// For lines of which there may be thousands a second: they reach the reader with the next one of Write, or with Flush, in
// the order in which they were written. Thread-safe.
void WriteBuffered(Level level, std::string_view event, std::initializer_list<Field> fields);
void Flush();

}  // namespace signaling::log
