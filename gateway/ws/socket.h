// One client's WebSocket as a session sees it, without the library that runs it. Everything happens on one thread, the
// worker's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/instant.h"
#include "gateway/probe.h"
#include "services/common/reason.h"

namespace signaling::gateway {

class Socket {
 public:
  virtual ~Socket() = default;

  // Queues a text message; `seq` is the event's number, 0 for none. Never calls back.
  virtual void Send(std::string_view text, std::uint64_t seq) = 0;
  // Gives the system at once what it takes of what waits. Never calls back.
  virtual void FlushNow() = 0;
  // Its answer is told with OnRoundTrip, unless another ping follows before it.
  virtual void Ping() = 0;
  // Queues a close frame; afterwards nothing is sent and what arrives is dropped.
  virtual void Close(CloseCode code) = 0;
  // Ends the connection without more ado.
  virtual void Drop() = 0;
  // Pausing takes effect after the message that is being handled.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;
  // What was given to Send and has not left the process.
  virtual std::size_t waiting_messages() const = 0;
  virtual std::size_t waiting_bytes() const = 0;
};

// Owned by its socket, which destroys it when no operation is left.
class SocketEvents {
 public:
  virtual ~SocketEvents() = default;

  // The handshake's answer is on its way. First, once.
  virtual void OnOpen() = 0;
  virtual void OnText(std::string_view text) = 0;
  virtual void OnBinary() = 0;
  virtual void OnTooLarge() = 0;
  // A ping or a pong.
  virtual void OnSignOfLife() = 0;
  // From the newest ping to its pong.
  virtual void OnRoundTrip(Duration took) = 0;
  // Everything that was queued has left; `seq` is the highest event among it, 0 for none.
  virtual void OnWritten(std::uint64_t seq) = 0;
  // Nothing more arrives. `code` is 1005 for a close frame without one, 1006 where the connection broke.
  virtual void OnEnd(std::uint16_t code, CloseSide side) = 0;
};

}  // namespace signaling::gateway
