#include "services/signaling/core/ice_uri.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxUriBytes = 255;
constexpr std::uint32_t kMaxPort = 65535;

bool Consume(std::string_view prefix, std::string_view* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

bool IsIpv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// A name or an IPv4 address (RFC 3986, section 3.2.2), without what no host on the internet has in its name.
bool IsHostName(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

// Takes the host from the front of the text.
bool ConsumeHost(std::string_view* text) {
  if (Consume("[", text)) {
    const std::size_t end = text->find(']');
    if (end == std::string_view::npos || !IsIpv6(text->substr(0, end))) return false;
    text->remove_prefix(end + 1);
    return true;
  }
  const std::size_t end = std::min(text->find_first_of(":?"), text->size());
  const bool valid = IsHostName(text->substr(0, end));
  text->remove_prefix(end);
  return valid;
}

bool ConsumePort(std::string_view* text) {
  if (!Consume(":", text)) return true;
  const std::size_t end = std::min(text->find('?'), text->size());
  const std::string_view digits = text->substr(0, end);
  text->remove_prefix(end);
  std::uint32_t port = 0;
  return std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(Absl(digits), &port) && port >= 1 && port <= kMaxPort;
}

// What is left of the URI after `scheme`, the host and the port; nothing where these are not right.
absl::Status CheckHostAndPort(std::string_view uri, std::string_view* rest) {
  if (uri.size() > kMaxUriBytes) return absl::InvalidArgumentError("longer than 255 characters");
  if (!ConsumeHost(rest)) {
    return absl::InvalidArgumentError(
        "a host name, an IPv4 address or a [IPv6 address] is missing");
  }
  if (!ConsumePort(rest)) return absl::InvalidArgumentError("the port must be 1 to 65535");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckStunUri(std::string_view uri) {
  std::string_view rest = uri;
  if (!Consume("stun:", &rest) && !Consume("stuns:", &rest)) {
    return absl::InvalidArgumentError("must begin with stun: or stuns:");
  }
  if (absl::Status status = CheckHostAndPort(uri, &rest); !status.ok()) return status;
  return rest.empty() ? absl::OkStatus()
                      : absl::InvalidArgumentError("nothing may follow the host and the port");
}

absl::Status CheckTurnUri(std::string_view uri) {
  std::string_view rest = uri;
  if (!Consume("turn:", &rest) && !Consume("turns:", &rest)) {
    return absl::InvalidArgumentError("must begin with turn: or turns:");
  }
  if (absl::Status status = CheckHostAndPort(uri, &rest); !status.ok()) return status;
  if (rest.empty() || rest == "?transport=udp" || rest == "?transport=tcp") return absl::OkStatus();
  return absl::InvalidArgumentError(
      "only ?transport=udp or ?transport=tcp may follow the host and the port");
}

}  // namespace signaling
