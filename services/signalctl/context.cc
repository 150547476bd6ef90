#include "services/signalctl/context.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/secret_file.h"
#include "services/signalctl/failure.h"

namespace signaling::ctl {

bool IsHere(std::string_view host) { return IsLoopback(host) || host == "localhost"; }

absl::StatusOr<std::string> Context::Token() const {
  if (!options.token_file.empty()) {
    absl::StatusOr<std::vector<std::string>> tokens = ReadSecrets(options.token_file);
    if (!tokens.ok()) {
      return Fail(ExitCode::kUsage, absl::StrCat("--token-file: ", tokens.status().message()));
    }
    if (tokens->size() == 1) return std::move(tokens->front());
    return Fail(ExitCode::kUsage,
                absl::StrCat("--token-file: ", options.token_file, ": holds more than one token"));
  }
  const char* const given = std::getenv("SIGNALCTL_TOKEN");
  std::string token(absl::StripAsciiWhitespace(given != nullptr ? given : ""));
  if (!std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return Fail(ExitCode::kUsage, "SIGNALCTL_TOKEN is not printable ASCII without spaces");
  }
  return token;
}

void Context::WarnOfPlaintext(std::string_view where, std::string_view host,
                              std::string_view cure) {
  if (IsHere(host)) return;
  err << "signalctl: warning: the token goes to " << where
      << " without TLS, for everybody on the way to read; " << cure << '\n';
}

void Context::PrintList(const Table& list, std::string_view things) {
  list.Print(out, style());
  if (list.empty()) err << "no " << things << '\n';
}

}  // namespace signaling::ctl
