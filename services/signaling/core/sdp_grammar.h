// The words that session descriptions and candidates are made of (RFC 8866, section 9; RFC 8839, section 5).
// Pure functions and views of the caller's text; any thread may use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace signaling::sdp {

// Inline, for the filter asks for each byte.
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
inline bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsToken(std::string_view text);
bool IsIceChars(std::string_view text, std::size_t least, std::size_t most);
// VCHAR, and the bytes of UTF-8 beyond ASCII: neither spaces nor control characters. Empty text is fine.
bool IsVisible(std::string_view text);
// Control characters end lines and confuse logs; tabs may stand in free text.
bool HoldsControl(std::string_view text);

// Digits only, at most `most`.
std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t most);

enum class Address : std::uint8_t { kNone, kIp4, kIp6, kName };

// What a connection address is. A name's last label is not a number, so that a mistyped IPv4 address is none; zones
// ("fe80::1%eth0") mean something on the sender's host only and are refused.
Address KindOf(std::string_view text);

// How much of the beginning is the longest address of that family, 0 for none. Leading zeros pass in IPv4.
std::size_t Ip4Prefix(std::string_view text);
std::size_t Ip6Prefix(std::string_view text);

// Splits at single spaces: two in a row have an empty word between them.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool Next(std::string_view* word);
  bool Done() const { return done_; }
  // What has not been read.
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool done_ = false;
};

// Splits at CRLF or LF; the last line may lack its end.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // `end` is the line's end as it stood, possibly empty.
  bool Next(std::string_view* line, std::string_view* end);

 private:
  std::string_view rest_;
};

// "name" or "name:value".
struct Attribute {
  explicit Attribute(std::string_view text);

  std::string_view name;
  std::string_view value;
  bool has_value;
};

// The value of m=: media, port with an optional count, protocol, formats.
struct MediaLine {
  std::string_view media;
  std::uint16_t port = 0;
  std::string_view rest;  // from the end of the port's digits on
};

std::optional<MediaLine> ParseMediaLine(std::string_view value);

// "IN IP4 192.0.2.1": the last three fields of o=, the whole of c=.
bool IsConnection(Words* words);

}  // namespace signaling::sdp
