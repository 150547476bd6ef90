#include "services/signalctl/ws/url.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;

std::uint16_t SchemePort(bool tls) { return tls ? kTlsPort : kPlainPort; }

absl::Status Bad(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("'", Absl(text), "': ", Absl(why)));
}

// Takes the scheme away. False: it is none that we speak.
bool TakeScheme(std::string_view& rest, bool* tls) {
  const std::size_t end = rest.find("://");
  if (end == std::string_view::npos) return true;
  const std::string scheme = absl::AsciiStrToLower(Absl(rest.substr(0, end)));
  rest.remove_prefix(end + 3);
  *tls = scheme == "wss" || scheme == "https";
  return *tls || scheme == "ws" || scheme == "http";
}

bool ParsePort(std::string_view text, std::uint16_t* port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size() && *port != 0;
}

bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

// The host and, where there is one, the port of "host:port" or "[address]:port".
absl::Status TakeAuthority(std::string_view whole, std::string_view authority, Url* url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos)
      return Bad(whole, "the bracket of the address is not closed");
    url->host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = authority.find(':');
    url->host = std::string(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon);
    if (colon != authority.rfind(':')) {
      return Bad(whole, "an IPv6 address stands in brackets: ws://[::1]:8765");
    }
  }
  if (url->host.empty()) return Bad(whole, "names no host; try ws://127.0.0.1:8765");
  if (port.empty()) return absl::OkStatus();
  if (port.front() != ':' || !ParsePort(port.substr(1), &url->port)) {
    return Bad(whole, "the port has to be a number from 1 to 65535");
  }
  url->has_port = true;
  return absl::OkStatus();
}

absl::StatusOr<Url> Parse(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (!IsPrintable(text)) return Bad("URL", "has spaces, or characters that are not ASCII");
  if (!TakeScheme(rest, &url.tls)) return Bad(text, "the scheme has to be ws, wss, http or https");
  const std::size_t end = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, end);
  url.target = end == std::string_view::npos ? "" : std::string(rest.substr(end));
  // Not quoted: what stands before the @ is mostly a password.
  if (authority.find('@') != std::string_view::npos) {
    return Bad("URL", "takes no user and no password");
  }
  if (url.target.find('#') != std::string::npos) return Bad("URL", "takes no fragment (#)");
  if (absl::Status status = TakeAuthority(text, authority, &url); !status.ok()) return status;
  if (!url.has_port) url.port = SchemePort(url.tls);
  return url;
}

}  // namespace

std::string Url::authority() const {
  if (port != SchemePort(tls)) return HostPort(host, port);
  return host.find(':') == std::string::npos ? host : absl::StrCat("[", host, "]");
}

std::string Url::ToString() const {
  return absl::StrCat(tls ? "wss://" : "ws://", HostPort(host, port), target);
}

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  absl::StatusOr<Url> url = Parse(text);
  if (!url.ok()) return url;
  const std::size_t query = url->target.find('?');
  if (query != std::string::npos && url->target.find("token=", query) != std::string::npos) {
    return Bad("URL", "takes no token, which everybody could see in `ps`: give --token-file");
  }
  if (query == 0) url->target.insert(0, "/");
  if (url->path().empty() || url->path() == "/") {
    url->target = absl::StrCat("/v1", url->target.empty() ? "" : url->target.substr(1));
  }
  return url;
}

absl::StatusOr<Url> ParseBaseUrl(std::string_view text) {
  absl::StatusOr<Url> url = Parse(text);
  if (url.ok()) url->target.clear();
  return url;
}

}  // namespace signaling::ctl
