// One client WebSocket on a raw non-blocking socket: upgrade, frames in and out, close.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load/frame.h"
#include "tests/bench/load/loop.h"

namespace signaling::bench {

// Not thread-safe. May be destroyed when closed(), but not from inside a callback.
class Connection : private Pollable {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnOpen() = 0;
    virtual void OnText(std::string_view payload) = 0;
    // The socket is closed. `why` is empty after Close().
    virtual void OnEnd(std::string_view why) = 0;
  };

  Connection(Loop* loop, std::uint16_t port, std::string_view target, Listener* listener);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Send(const Frame& frame) { Write(frame.bytes()); }
  // Sends a close frame with 1000; OnEnd follows when the server has closed.
  void Close();
  // Breaks the connection, as a network does: no close frame, and a reset (RFC 9293, section 3.5). OnEnd does not follow.
  void Abort();
  // Reads no more, and has the kernel take little, as a client does that hangs.
  void Stall();
  bool closed() const { return fd_ < 0; }

 private:
  void OnReady(bool readable, bool writable) override;
  void Read();
  // How much of `bytes` was used.
  std::size_t Take(std::string_view bytes);
  std::size_t TakeUpgrade(std::string_view bytes);
  void TakeFrame(const ServerFrame& frame);
  void Write(std::string_view bytes);
  void Flush();
  void End(std::string_view why);

  // Constant after construction.
  Loop* const loop_;
  Listener* const listener_;

  int fd_ = -1;
  bool upgraded_ = false;
  bool closing_ = false;
  bool wants_write_ = true;  // a connect is done when the socket is writable
  std::string in_;           // the begin of a frame that has not arrived as a whole
  std::string out_;          // what the socket did not take
};

}  // namespace signaling::bench
