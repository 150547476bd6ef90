// The bytes on their way to one client: whole WebSocket frames in order, gathered so that several leave in one send.
// A server's frames need no mask (RFC 6455, section 5.1), so that framing is a header in front of the payload.
// Not thread-safe; owned by the socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signaling::gateway {

class Outbox {
 public:
  // One text message. `seq` is the event's number, 0 for none.
  void AddText(std::string_view payload, std::uint64_t seq);
  // The peer's pong brings the payload back (RFC 6455, section 5.5.3); at most 125 bytes.
  void AddPing(std::string_view payload);
  void AddClose(std::uint16_t code);
  // A whole frame, or an HTTP response, as it stands.
  void AddRaw(std::string_view bytes);

  // What is to be sent next.
  std::string_view bytes() const { return std::string_view(buffer_).substr(sent_); }
  bool empty() const { return sent_ == buffer_.size(); }

  // The first `count` bytes of bytes() are sent. Returns the highest event number that is thereby sent whole, 0 for
  // none.
  std::uint64_t Consume(std::size_t count);

  // Text messages that are not sent whole.
  std::size_t messages() const { return marks_.size() - first_mark_; }

 private:
  struct Mark {
    std::size_t end;  // in buffer_
    std::uint64_t seq;
  };

  void AddHeader(std::uint8_t opcode, std::size_t length);
  void Compact();

  std::string buffer_;
  std::size_t sent_ = 0;
  std::vector<Mark> marks_;
  std::size_t first_mark_ = 0;
};

}  // namespace signaling::gateway
