#include "gateway/ws/outbox.h"

namespace signaling::gateway {
namespace {

// First byte of an unfragmented frame: FIN and the opcode (RFC 6455, section 5.2).
constexpr std::uint8_t kText = 0x81;
constexpr std::uint8_t kClose = 0x88;
constexpr std::uint8_t kPing = 0x89;
constexpr std::size_t kShortLength = 125;
constexpr std::size_t kMediumLength = 0xffff;
constexpr char kMediumMark = 126;
constexpr char kLongMark = 127;

// An idle connection keeps no more than this.
constexpr std::size_t kKeptBytes = 1024;
constexpr std::size_t kKeptMarks = 8;
// What is sent is cut off the front when it has grown to this.
constexpr std::size_t kCompactBytes = std::size_t{64} * 1024;

void AppendBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xff);
  }
}

}  // namespace

void Outbox::AddHeader(std::uint8_t opcode, std::size_t length) {
  buffer_ += static_cast<char>(opcode);
  if (length <= kShortLength) {
    buffer_ += static_cast<char>(length);
  } else if (length <= kMediumLength) {
    buffer_ += kMediumMark;
    AppendBigEndian(buffer_, length, 2);
  } else {
    buffer_ += kLongMark;
    AppendBigEndian(buffer_, length, 8);
  }
}

void Outbox::AddText(std::string_view payload, std::uint64_t seq) {
  AddHeader(kText, payload.size());
  buffer_.append(payload);
  marks_.push_back({buffer_.size(), seq});
}

void Outbox::AddPing(std::string_view payload) {
  AddHeader(kPing, payload.size());
  buffer_.append(payload);
}

void Outbox::AddClose(std::uint16_t code) {
  AddHeader(kClose, sizeof(code));
  AppendBigEndian(buffer_, code, sizeof(code));
}

void Outbox::AddRaw(std::string_view bytes) { buffer_.append(bytes); }

std::uint64_t Outbox::Consume(std::size_t count) {
  sent_ += count;
  std::uint64_t seq = 0;
  while (first_mark_ < marks_.size() && marks_[first_mark_].end <= sent_) {
    if (marks_[first_mark_].seq != 0) seq = marks_[first_mark_].seq;
    ++first_mark_;
  }
  Compact();
  return seq;
}

void Outbox::Compact() {
  if (empty()) {
    buffer_.clear();
    marks_.clear();
    sent_ = first_mark_ = 0;
    if (buffer_.capacity() > kKeptBytes) buffer_.shrink_to_fit();
    if (marks_.capacity() > kKeptMarks) marks_.shrink_to_fit();
  } else if (sent_ >= kCompactBytes) {
    buffer_.erase(0, sent_);
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(first_mark_));
    for (Mark& mark : marks_) mark.end -= sent_;
    sent_ = first_mark_ = 0;
  }
}

}  // namespace signaling::gateway
