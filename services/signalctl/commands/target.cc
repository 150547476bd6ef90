#include "services/signalctl/commands/target.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/secret_file.h"
#include "services/common/text.h"

namespace signaling::ctl {

absl::StatusOr<Target> ReadTarget(const std::string& url, Context& context) {
  Target target;
  absl::StatusOr<Url> parsed = ParseUrl(url);
  if (!parsed.ok()) return parsed.status();
  target.url = *std::move(parsed);
  if (target.url.tls) {
    auto tls = MakeTlsContext(context.options.ca);
    if (!tls.ok())
      return absl::InvalidArgumentError(absl::StrCat("--ca: ", tls.status().message()));
    target.tls = *std::move(tls);
  }
  absl::StatusOr<std::string> token = context.Token();
  if (!token.ok()) return token.status();
  target.token = *std::move(token);
  if (!target.token.empty() && !target.url.tls) {
    context.WarnOfPlaintext(url, target.url.host, "wss:// is with TLS");
  }
  target.timeout = ToSteady(context.options.timeout);
  return target;
}

absl::StatusOr<Url> ReadInternalUrl(std::string_view option, const std::string& text) {
  absl::StatusOr<Url> url = ParseBaseUrl(text);
  if (!url.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(Absl(option), ": ", url.status().message()));
  }
  if (url->tls) {
    return absl::InvalidArgumentError(
        absl::StrCat(Absl(option), ": internal ports speak plain http"));
  }
  return url;
}

absl::StatusOr<std::string> ReadTokenFile(std::string_view option, const std::string& path) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::vector<std::string>> tokens = ReadSecrets(path);
  if (!tokens.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(Absl(option), ": ", tokens.status().message()));
  }
  if (tokens->size() == 1) return std::move(tokens->front());
  return absl::InvalidArgumentError(
      absl::StrCat(Absl(option), ": ", path, ": holds more than one token"));
}

Duration ToSteady(absl::Duration duration) {
  return absl::ToChronoNanoseconds(std::clamp(duration, absl::Milliseconds(1), absl::Hours(24)));
}

}  // namespace signaling::ctl
