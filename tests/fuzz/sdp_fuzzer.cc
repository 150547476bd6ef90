// libFuzzer target of the checks and filters of descriptions and candidates. The corpus test runs the same function in
// every build.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "services/common/limits.h"
#include "services/signaling/core/ice.h"
#include "services/signaling/core/sdp.h"
#include "services/signaling/core/sdp_filter.h"
#include "services/signaling/core/sdp_grammar.h"
#include "services/signaling/core/sdp_scrub.h"

namespace {

using signaling::CheckCandidate;
using signaling::CheckSdp;

// Filtered addresses may be a few bytes longer than they were, which close to a limit is a fault.
constexpr std::size_t kFarFromLimits = 900;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

std::string Scrubbed(std::string_view text) {
  std::string out;
  signaling::sdp::AppendScrubbed(text, &out);
  return out;
}

// Knows nothing of how scrubbing looks for them.
void RequireNoAddress(std::string text) {
  namespace sdp = signaling::sdp;
  constexpr std::string_view kZero = "0.0.0.0";
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Zeros before an octet are looked at once.
    if (i > 0 && text[i - 1] == '0') continue;
    const std::size_t size = sdp::Ip4Prefix(std::string_view(text).substr(i));
    if (size == 0) continue;
    Require(text.compare(i, size, kZero) == 0, "no IPv4 address is left");
    text.replace(i, size, size, '.');
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    const std::string_view found = rest.substr(0, sdp::Ip6Prefix(rest));
    // Of words like "std::" nothing can be told but that they are words.
    Require(found.empty() || found == "::" ||
                (found.ends_with("::") && found.find_first_of("0123456789") == found.npos &&
                 i > 0 && sdp::IsAlphanumeric(text[i - 1])),
            "no IPv6 address is left");
  }
}

void FuzzScrub(std::string_view text) {
  const std::string once = Scrubbed(text);
  Require(once.size() <= text.size(), "scrubbing makes nothing longer");
  RequireNoAddress(once);
  Require(Scrubbed(once) == once, "scrubbing twice changes nothing more");
}

void FuzzDescription(std::string_view text) {
  const absl::Status status = CheckSdp(text);
  signaling::HasOnlyAudio(text);
  const std::string filtered = signaling::RelayOnlySdp(text);
  if (!status.ok()) {
    Require(!status.message().empty() && status.message().size() <= 256, "a fault is one line");
    return;
  }
  Require(signaling::RelayOnlySdp(filtered) == filtered, "filtering twice changes nothing more");
  Require(signaling::HasOnlyAudio(filtered) == signaling::HasOnlyAudio(text),
          "filtering changes no media");
  if (text.size() > kFarFromLimits) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::size_t stop = end == std::string_view::npos ? text.size() : end + 1;
      if (stop - at > longest) longest = stop - at;
      at = stop;
    }
    if (longest > kFarFromLimits || text.size() > signaling::kMaxSdpBytes / 2) return;
  }
  Require(CheckSdp(filtered).ok(), "what is filtered passes");
}

void FuzzCandidate(std::string_view text) {
  std::string candidate(text);
  const bool ok = CheckCandidate(text).ok();
  const bool relay = signaling::RelayOnlyCandidate(&candidate);
  if (!ok) {
    Require(!relay, "what is no candidate is dropped");
    return;
  }
  if (!relay || text.empty()) return;
  Require(text.find(" typ relay") != std::string_view::npos, "only relays pass");
  if (text.size() <= kFarFromLimits) Require(CheckCandidate(candidate).ok(), "and still pass");
  std::string again = candidate;
  Require(
      (text.size() > kFarFromLimits || signaling::RelayOnlyCandidate(&again)) && again == candidate,
      "filtering twice changes nothing more");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FuzzScrub(text);
  FuzzCandidate(text);
  FuzzDescription(text);
  return 0;
}
