#include "services/signalctl/tokens/token_input.h"

#include <iostream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/common/small_file.h"
#include "services/signalctl/failure.h"

namespace signaling::ctl {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  if (path != "-") return ReadSmallFile(path, kMaxBytes);
  std::string text(kMaxBytes + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > kMaxBytes) return Unusable("standard input", "is larger than 64 KiB");
  return text;
}

}  // namespace

absl::StatusOr<std::string> ReadTokenInput(const std::string& path) {
  absl::StatusOr<std::string> text = ReadAll(path);
  if (!text.ok()) return Fail(ExitCode::kUsage, std::string(text.status().message()));
  absl::string_view token = absl::StripAsciiWhitespace(*text);
  if (absl::ConsumePrefix(&token, "Bearer ")) token = absl::StripLeadingAsciiWhitespace(token);
  if (token.find('\n') != absl::string_view::npos) {
    return Fail(ExitCode::kUsage, "there is more than one line; a token is one");
  }
  return std::string(token);
}

}  // namespace signaling::ctl
