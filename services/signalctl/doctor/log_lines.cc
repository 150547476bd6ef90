#include "services/signalctl/doctor/log_lines.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/small_file.h"
#include "services/common/text.h"
#include "services/signalctl/ws/session.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr std::streamoff kMaxBytes = std::streamoff{1} << 20;
constexpr std::size_t kShown = 10;

std::string Line(const json::object& entry) {
  std::string line =
      absl::StrCat(TextOf(entry, "time"), " ", TextOf(entry, "level"), " ", TextOf(entry, "event"));
  for (const auto& [key, value] : entry) {
    if (key == "time" || key == "level" || key == "event" || key == "component" ||
        key == "traceparent") {
      continue;
    }
    if (value.is_string() && value.get_string().empty()) continue;
    const json::string_view name = key;
    absl::StrAppend(&line, " ", absl::string_view(name.data(), name.size()), "=",
                    json::serialize(value));
  }
  return line;
}

void Keep(std::vector<std::string>& lines, std::string line) {
  if (lines.size() == kShown) lines.erase(lines.begin());
  lines.push_back(std::move(line));
}

}  // namespace

LogFindings FindInLog(std::string_view text, const std::vector<std::string>& session_ids,
                      std::string_view traceparent) {
  LogFindings findings;
  for (absl::string_view line : absl::StrSplit(Absl(text), '\n', absl::SkipEmpty())) {
    json::error_code ec;
    const json::value parsed = json::parse({line.data(), line.size()}, ec);
    if (ec || !parsed.is_object()) continue;
    const json::object& entry = parsed.get_object();
    ++findings.lines;
    const std::string level = TextOf(entry, "level");
    if (level == "warning" || level == "error") Keep(findings.troubles, Line(entry));
    const std::string session = TextOf(entry, "session_id");
    const bool own =
        (!traceparent.empty() && TextOf(entry, "traceparent") == traceparent) ||
        std::find(session_ids.begin(), session_ids.end(), session) != session_ids.end();
    if (own) Keep(findings.own, Line(entry));
  }
  return findings;
}

absl::StatusOr<std::string> ReadEnd(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return Unusable(path, "cannot be opened");
  const std::streamoff size = file.tellg();
  if (size < 0) return Unusable(path, "cannot be read");
  const std::streamoff begin = std::max<std::streamoff>(0, size - kMaxBytes);
  file.seekg(begin);
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (begin == 0) return text;
  const std::size_t first = text.find('\n');
  return first == std::string::npos ? std::string() : text.substr(first + 1);
}

}  // namespace signaling::ctl
