#include "services/common/json_text.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace signaling {
namespace {

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

constexpr std::uint64_t Repeat(unsigned char c) { return c * std::uint64_t{0x0101010101010101}; }

// The high bit of each byte of `word` that is 0, and maybe of higher bytes after such a one.
std::uint64_t ZeroBytes(std::uint64_t word) { return (word - Repeat(1)) & ~word & Repeat(0x80); }

// Where the first character that needs an escape stands, or the end. Eight at a time: SDP has one only at line ends.
std::size_t EndOfPlain(std::string_view text, std::size_t at) {
  constexpr bool kLowestFirst = std::endian::native == std::endian::little;
  for (std::uint64_t word; kLowestFirst && at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t control = (word - Repeat(0x20)) & ~word & Repeat(0x80);
    const std::uint64_t found =
        control | ZeroBytes(word ^ Repeat('"')) | ZeroBytes(word ^ Repeat('\\'));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && !NeedsEscape(text[at])) ++at;
  return at;
}

void AppendEscaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 0xf];
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = EndOfPlain(text, at);
    out.append(text, at, end - at);
    for (at = end; at < text.size() && NeedsEscape(text[at]); ++at) AppendEscaped(out, text[at]);
  }
  out += '"';
}

std::string JsonTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace signaling
