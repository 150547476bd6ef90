// What the log line at a session's end tells of it. Values; counts of messages are those that came from the client.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "gateway/codec/message_type.h"
#include "gateway/instant.h"
#include "services/common/reason.h"

namespace signaling::gateway {

// In whole ones, rounded up, so that what took any time at all is not 0.
inline std::uint32_t CeilMilliseconds(Duration duration) {
  return static_cast<std::uint32_t>(
      std::chrono::ceil<std::chrono::duration<std::uint32_t, std::milli>>(duration).count());
}

struct SessionStory {
  std::uint32_t setup_ms = 0;  // from the accepted socket to `connected` written; 0: it was not
  std::uint32_t round_trip_ms = 0;  // the newest; 0: none was measured
  std::uint32_t received = 0;
  std::uint32_t refused = 0;  // and the session went on
  std::uint32_t offers = 0;   // stored ones as well
  std::uint32_t answers = 0;
  std::uint32_t candidates = 0;
  std::uint32_t moved = 0;         // to another link
  std::uint32_t rate_limited = 0;  // how often it was told to be slower
  std::optional<Reason> last_refusal{};
  bool resumed = false;  // it began with a resume

  void Received(MessageType type) {
    switch (type) {
      case MessageType::kOffer:
      case MessageType::kCreateOffer: ++offers; break;
      case MessageType::kAnswer: ++answers; break;
      case MessageType::kIceCandidate: ++candidates; break;
      default: break;
    }
  }
  void Refused(Reason reason) {
    ++refused;
    last_refusal = reason;
  }
};

}  // namespace signaling::gateway
