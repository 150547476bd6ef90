#include "services/signaling/core/ice.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"

namespace signaling {
namespace {

bool IsIceChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// RFC 8866, section 9: token. Wide enough for transports ("udp", "UDP", "ssltcp") and types.
bool IsToken(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool IsAddress(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '%';
  });
}

bool IsNumber(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ec == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
}

std::string_view NextWord(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

absl::Status Fault(const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("candidate: ", what, " (RFC 8839, section 5.1)"));
}

}  // namespace

absl::Status CheckCandidate(std::string_view candidate) {
  if (candidate.empty()) return absl::OkStatus();
  if (candidate.size() > kMaxCandidateBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("candidate is over ", kMaxCandidateBytes, " bytes"));
  }
  if (std::any_of(candidate.begin(), candidate.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return Fault("holds a control character");
  }
  if (candidate.starts_with("a=")) candidate.remove_prefix(2);
  constexpr std::string_view kPrefix = "candidate:";
  if (!candidate.starts_with(kPrefix)) return Fault("must begin with candidate:");
  candidate.remove_prefix(kPrefix.size());

  const std::string_view foundation = NextWord(candidate);
  if (foundation.empty() || foundation.size() > 32 ||
      !std::all_of(foundation.begin(), foundation.end(), IsIceChar)) {
    return Fault("the foundation is not 1 to 32 letters, digits, + or /");
  }
  if (!IsNumber(NextWord(candidate), 1, 256)) return Fault("the component is not 1 to 256");
  if (!IsToken(NextWord(candidate))) return Fault("the transport is not a token");
  if (!IsNumber(NextWord(candidate), 0, UINT32_MAX)) return Fault("the priority is not a number");
  if (!IsAddress(NextWord(candidate)))
    return Fault("the address is neither an IP address nor a name");
  if (!IsNumber(NextWord(candidate), 0, 65535)) return Fault("the port is not 0 to 65535");
  if (NextWord(candidate) != "typ") return Fault("typ is missing after the port");
  if (!IsToken(NextWord(candidate))) return Fault("the type is not a token");
  return absl::OkStatus();
}

}  // namespace signaling
