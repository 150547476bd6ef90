// WebSocket frames (RFC 6455, section 5) as a client writes them and reads them, made for little work: a frame is
// built and masked once, and only the numbers in it change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signaling::bench {

// One masked frame ready to send. The same frame is sent again and again with other numbers in its fields.
class Frame {
 public:
  // A run of one of these in the payload is a field. kSequence is written with leading zeros, the others, which are
  // JSON numbers, with leading spaces.
  enum Field : char { kSequence = '\x01', kId = '\x02', kAck = '\x03' };
  enum Opcode : std::uint8_t { kText = 1, kClose = 8, kPing = 9, kPong = 10 };

  explicit Frame(std::string_view payload, Opcode opcode = kText);

  // Does nothing where the payload has no such field.
  void Set(Field field, std::uint64_t value);
  const std::string& bytes() const { return bytes_; }

 private:
  struct Place {
    Field field;
    std::size_t begin;
    std::size_t end;
  };

  std::string bytes_;
  std::size_t payload_begin_ = 0;
  std::vector<Place> places_;
};

// A run of `field` wide enough for every number that a run of the generator reaches.
inline std::string Run(Frame::Field field) { return std::string(10, field); }

// What a server sent.
struct ServerFrame {
  std::uint8_t opcode = 0;
  bool fin = false;
  std::string_view payload;
  std::size_t size = 0;  // with its header
};

// False: `bytes` does not hold a whole frame yet.
bool ParseServerFrame(std::string_view bytes, ServerFrame* frame);

}  // namespace signaling::bench
