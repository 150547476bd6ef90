// When the link writes: the first batch at the end of the current turn, so that frames that came together leave
// together, and then at most one per interval. Wake-ups are what costs at everyday loads. Not thread-safe; owned by the
// link.
#pragma once

#include "gateway/instant.h"

namespace signaling::gateway {

class Pacer {
 public:
  explicit Pacer(Duration interval) : interval_(interval) {}

  // How long to wait with the next write; zero: until the end of this turn.
  Duration Delay(Instant now) const {
    const Instant next = last_ + interval_;
    return written_ && now < next ? next - now : Duration::zero();
  }
  void Written(Instant now) {
    written_ = true;
    last_ = now;
  }

 private:
  // Constant after construction.
  const Duration interval_;

  bool written_ = false;
  Instant last_{};
};

}  // namespace signaling::gateway
