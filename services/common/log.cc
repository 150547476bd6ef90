#include "services/common/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/common/json_text.h"
#include "services/common/text.h"

namespace signaling::log {
namespace {

struct LevelRow {
  Level level;
  std::string_view name;
  spdlog::level::level_enum spdlog_level;
};

constexpr LevelRow kRows[] = {
    {Level::kDebug, "debug", spdlog::level::debug},
    {Level::kInfo, "info", spdlog::level::info},
    {Level::kWarning, "warning", spdlog::level::warn},
    {Level::kError, "error", spdlog::level::err},
};

std::size_t Index(Level level) { return static_cast<std::size_t>(level); }

const LevelRow& Row(Level level) { return kRows[Index(level)]; }

constinit std::atomic<std::uint64_t> lines_written[std::size(kRows)] = {};

std::string& Component() {
  static std::string component = "signaling";
  return component;
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("signaling",
                                                 std::make_shared<spdlog::sinks::stdout_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::off);  // Write does
    return made;
  }();
  return *logger;
}

bool SaysNothing(const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return text->empty();
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return *number == 0;
  return !std::get<bool>(field.value);
}

void AppendValue(std::string& line, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    AppendJsonString(line, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    absl::StrAppend(&line, *number);
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

std::string_view LevelName(Level level) { return Row(level).name; }

bool ParseLevel(std::string_view text, Level* level) {
  for (const LevelRow& row : kRows) {
    if (row.name != text) continue;
    *level = row.level;
    return true;
  }
  return false;
}

void Init(std::string_view component, Level level) {
  Component() = component;
  SetLevel(level);
}

void SetLevel(Level level) { Logger().set_level(Row(level).spdlog_level); }

std::uint64_t LinesWritten(Level level) {
  return lines_written[Index(level)].load(std::memory_order_relaxed);
}

bool IsOn(Level level) { return Logger().should_log(Row(level).spdlog_level); }

void Write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!IsOn(level)) return;
  WriteBuffered(level, event, fields);
  Flush();
}

void Flush() { Logger().flush(); }

void WriteBuffered(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!IsOn(level)) return;
  std::string line = absl::StrCat("{\"time\":\"", JsonTime(absl::Now()), "\",\"level\":\"",
                                  Absl(Row(level).name), "\",\"component\":");
  AppendJsonString(line, Component());
  line += ",\"event\":";
  AppendJsonString(line, event);
  for (const Field& field : fields) {
    if (field.optional && SaysNothing(field)) continue;
    line += ',';
    AppendJsonString(line, field.key);
    line += ':';
    AppendValue(line, field);
  }
  line += '}';
  lines_written[Index(level)].fetch_add(1, std::memory_order_relaxed);
  Logger().log(Row(level).spdlog_level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace signaling::log
