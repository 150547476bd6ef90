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

bool HoldsDotOrColon(std::string_view text) {
  return text.find_first_of(".:") != std::string_view::npos;
}

// How much of `rest` is a name in .local, 0 if none is.
std::size_t LocalName(std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && IsNameChar(rest[end])) ++end;
  return IsLocalName(rest.substr(0, end)) ? end : 0;
}

// How much of `rest` is an IPv6 address, with all that could belong to a longer one and its zones. The digits at the
// beginning may hang on a word ("x2001:db8::7"), which `glued` says, or on other digits ("12001:db8::7").
std::size_t Ip6(std::string_view rest, bool glued) {
  std::size_t digits = 0;
  bool decimal = false;
  for (; digits < rest.size() && IsHex(rest[digits]); ++digits) {
    decimal = decimal || IsDigit(rest[digits]);
  }
  if (digits == rest.size() || rest[digits] != ':') return 0;
  const std::size_t begin = digits > 4 ? digits - 4 : 0;
  const std::size_t size = Ip6Prefix(rest.substr(begin));
  if (size == 0) return 0;
  if ((glued || begin > 0) && !decimal) {
    // The word's own letters, as in "std::string" and "cname:2001:db8::7", unless the address is none without them.
    if (rest.substr(begin, size).find("::") != std::string_view::npos) return 0;
    if (Ip6Prefix(rest.substr(digits + 1)) > 0) return 0;
  }
  std::size_t end = begin + size;
  bool zone = false;
  for (; end < rest.size(); ++end) {
    zone = zone || rest[end] == '%';
    if (!IsIp6Char(rest[end]) && !(zone && (rest[end] == '%' || IsNameChar(rest[end])))) break;
  }
  return end;
}

// Numbers with single dots between them.
struct Dotted {
  std::size_t size = 0;
  // Four of them are an IPv4 address, whatever digits hang on its ends ("9192.0.2.7").
  bool address = false;
};

Dotted DottedNumbers(std::string_view rest) {
  Dotted dotted;
  int octets = 0;  // the last numbers that are one, the first number of all aside
  for (bool first = true;; first = false) {
    if (octets >= 2) dotted.address = true;
    int value = 0;
    for (; dotted.size < rest.size() && IsDigit(rest[dotted.size]); ++dotted.size) {
      if (value <= 255) value = value * 10 + (rest[dotted.size] - '0');
    }
    octets = !first && value <= 255 ? octets + 1 : 0;
    if (rest.size() - dotted.size < 2 || rest[dotted.size] != '.' ||
        !IsDigit(rest[dotted.size + 1])) {
      return dotted;
    }
    ++dotted.size;
  }
}

// True if it changed anything. Looks at every byte a bounded number of times.
bool ScrubOnce(std::string_view text, std::string* out) {
  const std::size_t start = out->size();
  bool changed = false;
  const auto replace = [&](std::string_view what, std::string_view by) {
    out->append(by);
    changed = changed || what != by;
  };
  std::size_t numbers_end = 0;
  std::size_t replaced_end = 0;  // what follows begins anew
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const char c = rest[0];
    const char before = i > 0 ? text[i - 1] : ' ';
    std::size_t size = 0;
    if (IsNameChar(c) && !IsNameChar(before) && (size = LocalName(rest)) > 0) {
      replace(rest.substr(0, size), "invalid");
    } else if (((IsHex(c) && (!IsHex(before) || i == replaced_end)) || rest.starts_with("::")) &&
               (size = Ip6(rest, IsHex(c) && IsAlphanumeric(before) && i != replaced_end)) > 0) {
      for (; out->size() > start && out->back() == ':'; changed = true) out->pop_back();
      replace(rest.substr(0, size), "::");
    } else {
      if (IsDigit(c) && i >= numbers_end) {
        const Dotted dotted = DottedNumbers(rest);
        numbers_end = i + dotted.size;
        if (dotted.address) size = dotted.size;
      }
      if (size > 0) {
        replace(rest.substr(0, size), "0.0.0.0");
        replaced_end = i + size;
      } else {
        out->push_back(c);
        size = 1;
      }
    }
    i += size;
  }
  return changed;
}

// Leaves no word that could be an address or hold one.
void AppendFlat(std::string_view text, std::string* out) {
  Words words(text);
  std::string_view word;
  while (words.Next(&word)) {
    out->append(HoldsDotOrColon(word) ? "-" : word);
    if (!words.Done()) out->push_back(' ');
  }
}

}  // namespace

bool IsLocalName(std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  return name.size() > 6 && absl::EndsWithIgnoreCase(Absl(name), ".local");
}

void AppendScrubbed(std::string_view text, std::string* out) {
  // Every address has one of them; most lines have neither.
  if (!HoldsDotOrColon(text)) {
    out->append(text);
    return;
  }
  const std::size_t start = out->size();
  if (!ScrubOnce(text, out)) return;
  // What stood beside an address may make another one with what replaced it. Honest text needs one more pass, which
  // finds nothing; text that is made to need many is not worth them.
  constexpr int kMorePasses = 2;
  std::string before;
  for (int pass = 0; pass < kMorePasses; ++pass) {
    before = out->substr(start);
    out->resize(start);
    if (!ScrubOnce(before, out)) return;
  }
  before = out->substr(start);
  out->resize(start);
  AppendFlat(before, out);
}

void AppendScrubbedPair(std::string_view name, std::string_view value, std::string* out) {
  const std::size_t start = out->size();
  AppendScrubbed(name, out);
  const std::size_t colon = out->size();
  out->push_back(':');
  AppendScrubbed(value, out);
  // "2001:1:2:3:4:5:6:7" is a name and a value, and neither is an address.
  std::size_t digits = colon;
  while (digits > start && colon - digits < 4 && IsHex((*out)[digits - 1])) --digits;
  // A name before "::" may look like one group, but tells nothing.
  if (digits == colon || Ip6Prefix(std::string_view(*out).substr(digits)) <= colon - digits + 2) {
    return;
  }
  const std::string apart = out->substr(colon + 1);
  out->resize(colon + 1);
  AppendFlat(apart, out);
}

bool HoldsAddress(std::string_view text) {
  if (!HoldsDotOrColon(text)) return false;
  std::string scrubbed;
  return ScrubOnce(text, &scrubbed);
}

}  // namespace signaling::sdp
