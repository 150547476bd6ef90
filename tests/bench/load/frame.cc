#include "tests/bench/load/frame.h"

#include <cstring>

namespace signaling::bench {
namespace {

// Not zero: some servers skip the unmasking then, which no browser lets them do.
constexpr char kMask[4] = {'\x5a', '\x13', '\x6e', '\x27'};

std::uint64_t ReadBigEndian(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<std::uint8_t>(at[i]);
  return value;
}

bool IsField(char c) { return c == Frame::kSequence || c == Frame::kId || c == Frame::kAck; }

}  // namespace

Frame::Frame(std::string_view payload, Opcode opcode) {
  bytes_.reserve(payload.size() + 14);
  bytes_ += static_cast<char>(0x80 | opcode);
  if (payload.size() < 126) {
    bytes_ += static_cast<char>(0x80 | payload.size());
  } else {
    // Nothing that is sent here needs the 64-bit length.
    bytes_ += static_cast<char>(0x80 | 126);
    bytes_ += static_cast<char>(payload.size() >> 8);
    bytes_ += static_cast<char>(payload.size() & 0xff);
  }
  bytes_.append(kMask, 4);
  payload_begin_ = bytes_.size();
  for (std::size_t i = 0; i < payload.size(); ++i) {
    if (opcode == kText && IsField(payload[i])) {
      if (i == 0 || payload[i - 1] != payload[i]) {
        places_.push_back({static_cast<Field>(payload[i]), i, i});
      }
      places_.back().end = i + 1;
    }
    bytes_ += static_cast<char>(payload[i] ^ kMask[i & 3]);
  }
}

void Frame::Set(Field field, std::uint64_t value) {
  for (const Place& place : places_) {
    if (place.field != field) continue;
    std::uint64_t rest = value;
    for (std::size_t i = place.end; i-- > place.begin;) {
      const bool blank = rest == 0 && field != kSequence && i + 1 != place.end;
      const char digit = blank ? ' ' : static_cast<char>('0' + rest % 10);
      bytes_[payload_begin_ + i] = static_cast<char>(digit ^ kMask[i & 3]);
      rest /= 10;
    }
  }
}

bool ParseServerFrame(std::string_view bytes, ServerFrame* frame) {
  if (bytes.size() < 2) return false;
  std::size_t header = 2;
  std::uint64_t length = static_cast<std::uint8_t>(bytes[1]);
  if (length >= 126) {
    const std::size_t wide = length == 126 ? 2 : 8;
    header += wide;
    if (bytes.size() < header) return false;
    length = ReadBigEndian(bytes.data() + 2, wide);
  }
  if (bytes.size() - header < length) return false;
  frame->fin = (bytes[0] & 0x80) != 0;
  frame->opcode = static_cast<std::uint8_t>(bytes[0] & 0x0f);
  frame->payload = bytes.substr(header, static_cast<std::size_t>(length));
  frame->size = header + static_cast<std::size_t>(length);
  return true;
}

}  // namespace signaling::bench
