#include "services/signalctl/terminal_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_format.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

constexpr char32_t kBad = 0xfffd;

struct Range {
  char32_t first;
  char32_t last;
};

// Of the categories Mn, Me and Cf the blocks that names are written with.
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},   {0x0610, 0x061a},  {0x064b, 0x065f},
    {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x093c, 0x093c},   {0x0941, 0x0948},  {0x094d, 0x094d},
    {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},   {0x1ab0, 0x1aff},  {0x1dc0, 0x1dff},
    {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0x302a, 0x302d},   {0x3099, 0x309a},  {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};

// East Asian Width W and F.
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26a1, 0x26a1},   {0x26bd, 0x26be},
    {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},
    {0x2b1b, 0x2b1c},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18cff},
    {0x1b000, 0x1b2ff}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320},
    {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca},
    {0x1f3e0, 0x1f3f0}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc},
    {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f567}, {0x1f595, 0x1f596}, {0x1f5fb, 0x1f64f},
    {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6eb, 0x1f6ec},
    {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd}};

// Of direction (UAX #9), of lines, and the ones that say nothing at all.
constexpr Range kUnprintable[] = {{0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},
                                  {0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e},
                                  {0x2060, 0x206f}, {0xfff9, 0xfffb}};

template <std::size_t kSize>
bool In(const Range (&ranges)[kSize], char32_t c) {
  const auto* after =
      std::upper_bound(std::begin(ranges), std::end(ranges), c,
                       [](char32_t value, const Range& range) { return value < range.first; });
  return after != std::begin(ranges) && c <= std::prev(after)->last;
}

// The next code point (RFC 3629), which is taken off; kBad and one byte where there is none.
char32_t Next(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xc2 ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                           : lead < 0xf5 ? 4
                                         : 0;
  char32_t c = size == 1   ? lead
               : size == 2 ? lead & 0x1fU
               : size == 3 ? lead & 0x0fU
                           : lead & 0x07U;
  bool good = size > 0 && size <= text.size();
  for (std::size_t i = 1; good && i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    good = (byte & 0xc0U) == 0x80;
    c = (c << 6U) | (byte & 0x3fU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  good = good && c >= kLeast[size] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
  text.remove_prefix(good ? size : 1);
  return good ? c : kBad;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t before = text.size();
    // U+FFFD itself has three bytes.
    if (Next(text) == kBad && before - text.size() == 1) return false;
  }
  return true;
}

std::string Utf8(std::string_view text, std::size_t max_bytes) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    std::string_view piece = Next(text) == kBad ? std::string_view("\xef\xbf\xbd")
                                                : before.substr(0, before.size() - text.size());
    if (out.size() + piece.size() > max_bytes) return out + "..";
    out += piece;
  }
  return out;
}

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = Next(text);
    if (In(kUnprintable, c)) {
      out += absl::StrFormat("\\u%04x", static_cast<std::uint32_t>(c));
    } else if (c == kBad) {
      out += "\xef\xbf\xbd";
    } else {
      out += before.substr(0, before.size() - text.size());
    }
  }
  return out;
}

std::size_t Columns(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const char32_t c = Next(text);
    columns += In(kZeroWidth, c) ? 0 : In(kWide, c) ? 2 : 1;
  }
  return columns;
}

}  // namespace signaling::ctl
