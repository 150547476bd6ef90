#include "services/signaling/core/sdp_scrub.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "services/common/text.h"
#include "services/signaling/core/sdp_grammar.h"

namespace signaling::sdp {
namespace {

// mDNS names may be UTF-8 (RFC 6762, section 16).
bool IsNameChar(char c) {
  return IsAlphanumeric(c) || c == '.' || c == '-' || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsIp6Char(char c) { return IsHex(c) || c == ':' || c == '.'; }

// How much of `rest` is a name in .local, 0 if none is.
std::size_t LocalName(std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && IsNameChar(rest[end])) ++end;
  return IsLocalName(rest.substr(0, end)) ? end : 0;
}

// How much of `rest` is an IPv6 address, with what of it could belong to a longer one, and its zone.
std::size_t Ip6(std::string_view rest) {
  std::size_t end = Ip6Prefix(rest);
  if (end == 0) return 0;
  while (end < rest.size() && IsIp6Char(rest[end])) ++end;
  if (end < rest.size() && rest[end] == '%') {
    ++end;
    while (end < rest.size() && IsNameChar(rest[end])) ++end;
  }
  return end;
}

// True if it changed anything.
bool ScrubOnce(std::string_view text, std::string* out) {
  bool changed = false;
  const auto replace = [&](std::string_view what, std::string_view by) {
    out->append(by);
    changed = changed || what != by;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const char c = rest[0];
    const char before = i > 0 ? text[i - 1] : ' ';
    std::size_t size = 0;
    if (IsNameChar(c) && !IsNameChar(before) && (size = LocalName(rest)) > 0) {
      replace(rest.substr(0, size), "invalid");
    } else if (((IsHex(c) && !IsAlphanumeric(before)) || rest.starts_with("::")) &&
               (size = Ip6(rest)) > 0) {
      replace(rest.substr(0, size), "::");
    } else if (IsDigit(c) && !IsDigit(before) && (size = Ip4Prefix(rest)) > 0) {
      replace(rest.substr(0, size), "0.0.0.0");
    } else {
      out->push_back(c);
      size = 1;
    }
    i += size;
  }
  return changed;
}

}  // namespace

bool IsLocalName(std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  return name.size() > 6 && absl::EndsWithIgnoreCase(Absl(name), ".local");
}

void AppendScrubbed(std::string_view text, std::string* out) {
  // Every address has one of them; most lines have neither.
  if (text.find('.') == std::string_view::npos && text.find(':') == std::string_view::npos) {
    out->append(text);
    return;
  }
  const std::size_t start = out->size();
  if (!ScrubOnce(text, out)) return;
  // What stood beside an address may make another one with what replaced it. Every change takes a name, takes bytes,
  // or zeroes an address, so this ends.
  std::string before;
  do {
    before = out->substr(start);
    out->resize(start);
  } while (ScrubOnce(before, out));
}

}  // namespace signaling::sdp
