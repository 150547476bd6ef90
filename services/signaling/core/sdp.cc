#include "services/signaling/core/sdp.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"

namespace signaling {
namespace {

absl::Status Fault(std::size_t line, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("sdp line ", line, ": ", what));
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }

}  // namespace

absl::Status CheckSdp(std::string_view sdp) {
  if (sdp.empty()) return absl::InvalidArgumentError("sdp is empty");
  if (sdp.size() > kMaxSdpBytes) {
    return absl::InvalidArgumentError(absl::StrCat("sdp is over ", kMaxSdpBytes, " bytes"));
  }
  bool origin = false, name = false, timing = false, media = false;
  std::size_t number = 0;
  while (!sdp.empty()) {
    ++number;
    const std::size_t end = sdp.find('\n');
    std::string_view line = sdp.substr(0, end);
    sdp.remove_prefix(end == std::string_view::npos ? sdp.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z') {
      return Fault(number, "is not of the form x=value (RFC 8866, section 5)");
    }
    if (std::any_of(line.begin(), line.end(), IsControl)) {
      return Fault(number, "holds a control character");
    }
    if (number == 1 && line != "v=0") return Fault(number, "must be v=0");
    if (media) continue;
    switch (line[0]) {
      case 'o': origin = true; break;
      case 's': name = true; break;
      case 't': timing = true; break;
      case 'm': media = true; break;
      default: break;
    }
  }
  if (!origin || !name || !timing) {
    return absl::InvalidArgumentError(absl::StrCat("sdp: ",
                                                   !origin ? "o="
                                                   : !name ? "s="
                                                           : "t=",
                                                   " is missing before the first m="));
  }
  return absl::OkStatus();
}

}  // namespace signaling
