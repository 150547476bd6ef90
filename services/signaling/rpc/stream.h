// A live stream as its server sees it.
#pragma once

#include <cstddef>

#include "absl/time/time.h"
#include "services/signaling/rpc/flush_queue.h"

namespace signaling {

// Thread-safe.
class Stream : public Flushable {
 public:
  // Every 100 ms.
  virtual void Tick() = 0;
  // Ends the stream with UNAVAILABLE.
  virtual void Shutdown() = 0;

  // The server stops: no session comes any more, and the client is told that the stream ends within `left`. One without
  // sessions ends. How many sessions are to be sent away.
  virtual std::size_t BeginDrain(absl::Duration left) = 0;
  // Sends up to `count` of them away, each once. How many there were.
  virtual std::size_t SendAway(std::size_t count) = 0;
};

}  // namespace signaling
