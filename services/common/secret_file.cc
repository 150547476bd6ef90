#include "services/common/secret_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/small_file.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadSecrets(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadSmallFile(path, kMaxBytes);
  if (!text.ok()) return text.status();

  std::vector<std::string> secrets;
  int line = 0;
  for (absl::string_view piece : absl::StrSplit(*text, '\n')) {
    ++line;
    piece = absl::StripAsciiWhitespace(piece);
    if (piece.empty()) continue;
    if (!std::all_of(piece.begin(), piece.end(), absl::ascii_isgraph)) {
      return Unusable(path, absl::StrCat("line ", line, " is not printable ASCII without spaces"));
    }
    secrets.emplace_back(piece);
  }
  if (secrets.empty()) return Unusable(path, "holds no secret");
  return secrets;
}

}  // namespace signaling
