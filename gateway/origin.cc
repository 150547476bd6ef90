#include "gateway/origin.h"

#include "absl/strings/match.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

// The host and port, without a port that the scheme implies.
std::string_view WithoutPort(std::string_view authority, std::string_view port) {
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

bool IsSameHost(std::string_view origin, std::string_view host) {
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || host.empty()) return false;
  const std::string_view scheme = origin.substr(0, scheme_end);
  const std::string_view implied = absl::EqualsIgnoreCase(Absl(scheme), "https") ? ":443" : ":80";
  return absl::EqualsIgnoreCase(Absl(WithoutPort(origin.substr(scheme_end + 3), implied)),
                                Absl(WithoutPort(host, implied)));
}

}  // namespace

bool IsOriginAllowed(std::string_view origin, std::string_view host,
                     const std::vector<std::string>& allowed) {
  if (origin.empty()) return true;
  if (allowed.empty()) return IsSameHost(origin, host);
  for (const std::string& one : allowed) {
    if (one == "*" || absl::EqualsIgnoreCase(one, Absl(origin))) return true;
  }
  return false;
}

}  // namespace signaling::gateway
