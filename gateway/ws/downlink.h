// What one client is told: each message is written, counted, and given to the socket. Not thread-safe; owned by the
// session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/codec/encoder.h"
#include "gateway/probe.h"
#include "gateway/ws/socket.h"
#include "services/common/reason.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

class Downlink {
 public:
  // `text` is room to write in, shared by all who never write at the same time.
  Downlink(Socket& socket, Probe& probe, std::string& text)
      : socket_(socket), probe_(probe), text_(text) {}

  // False where the client takes too little: then the message is not sent, and the session has to end.
  [[nodiscard]] bool Connected(const signaling::v1::Opened& opened, const ConnectedInfo& info);
  [[nodiscard]] bool Event(const signaling::v1::DownFrame& frame, const EncodeOptions& options);
  [[nodiscard]] bool Notice(const signaling::v1::Notice& notice);
  [[nodiscard]] bool GoAway(absl::Duration reconnect_after);
  [[nodiscard]] bool Ack(std::uint64_t id);
  [[nodiscard]] bool Pong(std::string_view t);
  [[nodiscard]] bool Error(Reason reason, std::string_view message);
  [[nodiscard]] bool RateLimited(Duration retry_after);
  // The last words; sent whatever waits. Who was removed is told that in a message of its own first.
  void Fatal(const signaling::v1::Error& error);

  // Of the newest message, sent or not.
  std::size_t newest_bytes() const { return text_.size(); }
  // The client leaves so much that it will not be heard either.
  bool clogged() const;
  std::uint32_t sent() const { return sent_; }

 private:
  // For the newest message.
  bool has_room() const;
  bool Send(MessageType type, std::uint64_t seq);
  void Give(MessageType type, std::uint64_t seq);

  // Constant after construction.
  Socket& socket_;
  Probe& probe_;
  std::string& text_;

  std::uint32_t sent_ = 0;
};

}  // namespace signaling::gateway
