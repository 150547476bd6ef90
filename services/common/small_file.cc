#include "services/common/small_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling {

absl::Status Unusable(const std::string& path, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", Absl(why)));
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes) {
  // A pipe would be waited for, and would have nothing to say the second time.
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (error) return Unusable(path, error.message());
  if (kind != std::filesystem::file_type::regular) return Unusable(path, "is not a regular file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unusable(path, std::generic_category().message(errno));
  std::string text(max_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Unusable(path, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > max_bytes) {
    return Unusable(path, absl::StrCat("is larger than ", max_bytes / 1024, " KiB"));
  }
  return text;
}

}  // namespace signaling
