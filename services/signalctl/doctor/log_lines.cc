#include "services/signalctl/doctor/log_lines.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/small_file.h"
#include "services/common/text.h"
#include "services/signalctl/ws/session.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

constexpr std::streamoff kMaxBytes = std::streamoff{1} << 20;
constexpr std::streamoff kPieceBytes = std::streamoff{64} << 10;
// Of a pipe what comes first is passed over, which has to end.
constexpr std::streamoff kMaxPipeBytes = std::streamoff{1} << 30;
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
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (error) return Unusable(path, error.message());
  const bool is_pipe = kind == std::filesystem::file_type::fifo;  // as of <(kubectl logs ..)
  if (kind != std::filesystem::file_type::regular && !is_pipe) {
    return Unusable(path, "is neither a file nor a pipe");
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unusable(path, std::generic_category().message(errno));
  bool whole = true;
  if (!is_pipe && file.seekg(-kMaxBytes, std::ios::end)) {
    whole = file.tellg() == std::streampos(0);
  } else {
    file.clear();  // it is shorter
  }
  std::string text;
  std::string piece(kPieceBytes, '\0');
  std::streamoff left = is_pipe ? kMaxPipeBytes : kMaxBytes;
  while (left > 0 && file) {
    file.read(piece.data(), std::min<std::streamoff>(left, kPieceBytes));
    left -= file.gcount();
    text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    // Twice as much as is kept, so that what is moved is as much as what is read.
    if (text.size() < 2 * std::size_t{kMaxBytes}) continue;
    text.erase(0, text.size() - std::size_t{kMaxBytes});
    whole = false;
  }
  if (text.size() > std::size_t{kMaxBytes}) {
    text.erase(0, text.size() - std::size_t{kMaxBytes});
    whole = false;
  }
  if (whole) return text;
  const std::size_t first = text.find('\n');
  return first == std::string::npos ? std::string() : text.substr(first + 1);
}

}  // namespace signaling::ctl
