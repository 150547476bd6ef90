#include "services/signaling/core/sdp_grammar.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace signaling::sdp {
namespace {

enum Class : std::uint8_t {
  kTokenChar = 1,
  kIceChar = 2,
  kHexChar = 4,
  kDigitChar = 8,
  kLetter = 16,
  kVisibleChar = 32,
};

constexpr std::array<std::uint8_t, 256> Classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    unsigned bits = 0;
    if (c > 0x20 && c != 0x7f) bits |= kVisibleChar;
    if (c >= '0' && c <= '9') bits |= kDigitChar | kHexChar | kIceChar | kTokenChar;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) bits |= kLetter | kIceChar | kTokenChar;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHexChar;
    classes[c] = static_cast<std::uint8_t>(bits);
  }
  for (const char c : {'+', '/'}) classes[static_cast<unsigned char>(c)] |= kIceChar;
  for (const char c :
       {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '{', '|', '}', '~'}) {
    classes[static_cast<unsigned char>(c)] |= kTokenChar;
  }
  return classes;
}

constexpr std::array<std::uint8_t, 256> kClasses = Classes();

bool Is(char c, unsigned classes) {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

bool AllAre(std::string_view text, unsigned classes) {
  return std::all_of(text.begin(), text.end(), [classes](char c) { return Is(c, classes); });
}

bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

// RFC 1123, section 2.1, and the underscore that some hosts are called with. A dot may end it.
bool IsName(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > 253) return false;
  std::string_view label;
  for (;;) {
    const std::size_t dot = text.find('.');
    label = text.substr(0, dot);
    if (label.empty() || label.size() > 63) return false;
    for (const char c : label) {
      if (!IsAlphanumeric(c) && c != '-' && c != '_') return false;
    }
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return !AllAre(label, kDigitChar);
}

// RFC 8866: no octet has a leading zero.
bool IsIp4(std::string_view text) {
  if (Ip4Prefix(text) != text.size() || text.empty()) return false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '0' && (i == 0 || text[i - 1] == '.') && text[i + 1] != '.') return false;
  }
  return true;
}

}  // namespace

bool IsToken(std::string_view text) { return !text.empty() && AllAre(text, kTokenChar); }
bool IsVisible(std::string_view text) { return AllAre(text, kVisibleChar); }

bool IsIceChars(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && AllAre(text, kIceChar);
}

bool HoldsControl(std::string_view text) {
  if (text.size() < 8) return std::any_of(text.begin(), text.end(), IsControl);
  // Eight bytes at a time, the last eight overlapping those before. A hit may be a false one, of a tab or by a carry, so
  // it is looked at again one by one.
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (std::size_t at = 0;;) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, 8);
    const std::uint64_t below_space = (eight - kOnes * 0x20) & ~eight;
    const std::uint64_t del = eight ^ (kOnes * 0x7f);
    const std::uint64_t is_del = (del - kOnes) & ~del;
    if (((below_space | is_del) & (kOnes * 0x80)) != 0) {
      const std::string_view part = text.substr(at, 8);
      if (std::any_of(part.begin(), part.end(), IsControl)) return true;
    }
    if (at + 8 == text.size()) return false;
    at = std::min(at + 8, text.size() - 8);
  }
}

std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t most) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!IsDigit(c) || value > UINT64_MAX / 10) return std::nullopt;
    value *= 10;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (digit > UINT64_MAX - value) return std::nullopt;
    value += digit;
  }
  if (value > most) return std::nullopt;
  return value;
}

Address KindOf(std::string_view text) {
  if (IsIp4(text)) return Address::kIp4;
  if (text.find(':') != std::string_view::npos) {
    return Ip6Prefix(text) == text.size() ? Address::kIp6 : Address::kNone;
  }
  return IsName(text) ? Address::kName : Address::kNone;
}

std::size_t Ip4Prefix(std::string_view text) {
  std::size_t i = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (i == text.size() || text[i++] != '.')) return 0;
    if (i == text.size() || !IsDigit(text[i])) return 0;
    int value = 0;
    for (; i < text.size() && IsDigit(text[i]); ++i) {
      value = value * 10 + (text[i] - '0');
      if (value > 255) return 0;
    }
  }
  return i;
}

std::size_t Ip6Prefix(std::string_view text) {
  std::size_t i = 0;
  std::size_t longest = 0;
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    longest = i = 2;
  }
  for (;;) {
    if (gap ? groups <= 5 : groups == 6) {
      if (const std::size_t tail = Ip4Prefix(text.substr(i)); tail > 0) return i + tail;
    }
    std::size_t end = i;
    while (end < text.size() && end - i < 4 && IsHex(text[end])) ++end;
    if (end == i) return longest;
    ++groups;
    if (gap || groups == 8) longest = end;
    if (groups == (gap ? 7 : 8) || end == text.size() || text[end] != ':') return longest;
    i = end + 1;
    if (i < text.size() && text[i] == ':') {
      if (gap) return longest;
      gap = true;
      longest = ++i;
      if (groups == 7) return longest;
    }
  }
}

bool Words::Next(std::string_view* word) {
  if (done_) return false;
  const std::size_t space = rest_.find(' ');
  *word = rest_.substr(0, space);
  if (space == std::string_view::npos) {
    done_ = true;
    rest_ = {};
  } else {
    rest_.remove_prefix(space + 1);
  }
  return true;
}

bool Lines::Next(std::string_view* line, std::string_view* end) {
  if (rest_.empty()) return false;
  const std::size_t feed = rest_.find('\n');
  std::size_t size = std::min(feed, rest_.size());
  const std::size_t whole = feed == std::string_view::npos ? size : size + 1;
  if (size > 0 && rest_[size - 1] == '\r') --size;
  *line = rest_.substr(0, size);
  *end = rest_.substr(size, whole - size);
  rest_.remove_prefix(whole);
  return true;
}

Attribute::Attribute(std::string_view text) {
  const std::size_t colon = text.find(':');
  has_value = colon != std::string_view::npos;
  name = text.substr(0, colon);
  value = has_value ? text.substr(colon + 1) : std::string_view();
}

std::optional<MediaLine> ParseMediaLine(std::string_view value) {
  MediaLine media;
  Words words(value);
  std::string_view port, protocol, format;
  if (!words.Next(&media.media) || !IsToken(media.media) || !words.Next(&port)) return std::nullopt;
  const std::size_t slash = port.find('/');
  const auto number = ParseNumber(port.substr(0, slash), 65535);
  if (!number) return std::nullopt;
  media.port = static_cast<std::uint16_t>(*number);
  if (slash != std::string_view::npos) {
    const auto count = ParseNumber(port.substr(slash + 1), 65535);
    if (!count || *count == 0) return std::nullopt;
    port = port.substr(0, slash);
  }
  media.rest = value.substr(media.media.size() + 1 + port.size());
  if (!words.Next(&protocol)) return std::nullopt;
  for (;;) {
    const std::size_t part = protocol.find('/');
    if (!IsToken(protocol.substr(0, part))) return std::nullopt;
    if (part == std::string_view::npos) break;
    protocol.remove_prefix(part + 1);
  }
  if (words.Done()) return std::nullopt;
  while (words.Next(&format)) {
    if (!IsToken(format)) return std::nullopt;
  }
  return media;
}

bool IsConnection(Words* words) {
  std::string_view net, type, address;
  if (!words->Next(&net) || !words->Next(&type) || !words->Next(&address) || !words->Done()) {
    return false;
  }
  if (net != "IN") return false;
  const Address kind = KindOf(address);
  if (kind == Address::kName) return type == "IP4" || type == "IP6";
  return (kind == Address::kIp4 && type == "IP4") || (kind == Address::kIp6 && type == "IP6");
}

}  // namespace signaling::sdp
