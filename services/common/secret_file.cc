#include "services/common/secret_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

absl::Status Unusable(const std::string& path, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", Absl(why)));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadSecrets(const std::string& path) {
  // A pipe would be waited for, and would have nothing to say the second time.
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (error) return Unusable(path, error.message());
  if (kind != std::filesystem::file_type::regular) return Unusable(path, "is not a regular file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unusable(path, std::generic_category().message(errno));
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Unusable(path, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return Unusable(path, "is larger than 64 KiB");

  std::vector<std::string> secrets;
  int line = 0;
  for (absl::string_view piece : absl::StrSplit(text, '\n')) {
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
