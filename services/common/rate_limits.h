// How much a client may ask for in how much time: the value of --rate_limits, of both processes. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/common/token_bucket.h"

namespace signaling {

// What is limited; the names are those of the flag and of the label in metrics.
enum class Limit : std::uint8_t {
  kDescription,     // offers and answers of one session
  kCandidate,       // its ICE candidates
  kOther,           // everything else that it sends
  kConnection,      // new connections of one address
  kAuthentication,  // failed ones of one address
  kCall,            // calls of RoomService of one caller
};
inline constexpr std::size_t kLimits = static_cast<std::size_t>(Limit::kCall) + 1;
std::string_view LimitName(Limit limit);

// The defaults are those of the protocol page.
struct RateLimits {
  bool enabled = true;
  int description = 5;  // a second, as are the others
  int candidate = 50;
  int other = 20;
  int burst = 128;  // of each of these three; more than the 64 that a client may have on their way
  int connection = 20;      // three times as many at once
  int authentication = 10;  // at once; one is forgiven every 5 s
  int call = 50;            // twice as many at once
};

TokenRate RateOf(const RateLimits& limits, Limit limit);

// "" or "default", "off", or a list that changes some: "description=5,candidate=50,other=20,burst=128,connection=20,
// authentication=10,call=50". Invalid: an unknown name, one that is there twice, or a number that is out of range.
absl::StatusOr<RateLimits> ParseRateLimits(std::string_view text);

}  // namespace signaling
