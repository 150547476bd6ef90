// From a client's `join` to its `joined`, one at a time: who joins again before that starts anew. Not where somebody has to let
// it in: that is no latency. Not thread-safe; owned by the session.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/instant.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

class JoinTimer {
 public:
  // `id`: that of the `join`.
  void Asked(std::uint64_t id, Instant now) {
    id_ = id;
    asked_at_ = now;
  }
  // How long it took, where `frame` is the answer that was waited for.
  std::optional<Duration> Answered(const signaling::v1::DownFrame& frame, Instant now) {
    if (id_ == 0 || frame.reply_to() != id_) return std::nullopt;
    id_ = 0;
    if (!frame.has_room() || !frame.room().has_joined()) return std::nullopt;
    return now - asked_at_;
  }
  // Whether an answer may be one: to be asked before the time is.
  bool running() const { return id_ != 0; }

 private:
  std::uint64_t id_ = 0;  // 0: none is under way
  Instant asked_at_{};
};

}  // namespace signaling::gateway
