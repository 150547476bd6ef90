#include "services/signalctl/call/description.h"

#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

// ice-char (RFC 8839, section 5.4): 64 of them, so that each is six random bits.
constexpr char kIceChars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kUfragLength = 8;
constexpr std::size_t kPasswordLength = 24;
constexpr std::size_t kFingerprintBytes = 32;  // of SHA-256

template <std::size_t kSize>
std::array<unsigned char, kSize> Random() {
  std::array<unsigned char, kSize> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(kSize)) != 1) std::abort();
  return bytes;
}

template <std::size_t kLength>
std::string IceText() {
  std::string text;
  for (const unsigned char byte : Random<kLength>()) text += kIceChars[byte & 63];
  return text;
}

template <typename Number>
Number ParseNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// The word of this place, counted from 0, of a line that begins so.
std::string_view Word(std::string_view text, std::string_view begin, int place) {
  std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  std::string_view line = text.substr(at);
  line = line.substr(0, line.find_first_of("\r\n"));
  for (; place > 0; --place) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

}  // namespace

Description::Description()
    : ufrag_(IceText<kUfragLength>()), password_(IceText<kPasswordLength>()) {
  std::uint64_t session = 0;
  for (const unsigned char byte : Random<7>()) session = session << 8 | byte;
  session_ = absl::StrCat(session);
  for (const unsigned char byte : Random<kFingerprintBytes>()) {
    absl::StrAppend(&fingerprint_, fingerprint_.empty() ? "" : ":", absl::StrFormat("%02X", byte));
  }
}

std::string Description::Sdp(std::uint64_t version, std::string_view setup) const {
  return absl::StrCat(
      "v=0\r\no=- ", session_, " ", version,
      " IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=ice-ufrag:",
      ufrag_, "\r\na=ice-pwd:", password_, "\r\na=ice-options:trickle\r\na=fingerprint:sha-256 ",
      fingerprint_, "\r\na=setup:", Absl(setup),
      "\r\na=mid:0\r\na=sendrecv\r\na=rtpmap:111 opus/48000/2\r\n");
}

std::string Description::Candidate(std::uint32_t number) {
  return absl::StrCat("candidate:1 1 udp ", number,
                      " 192.0.2.1 49152 typ relay raddr 0.0.0.0 rport 9");
}

std::uint64_t VersionOf(std::string_view sdp) {
  return ParseNumber<std::uint64_t>(Word(sdp, "o=- ", 2));
}

std::uint32_t NumberOfCandidate(std::string_view candidate) {
  return ParseNumber<std::uint32_t>(Word(candidate, "candidate:1 1 udp ", 3));
}

}  // namespace signaling::ctl
