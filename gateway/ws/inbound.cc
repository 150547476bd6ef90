#include "gateway/ws/inbound.h"

#include "services/common/limits.h"

namespace signaling::gateway {
namespace {

// What an idle session keeps of its window's memory.
constexpr std::size_t kKeptEntries = 16;

}  // namespace

bool Inbound::Number(std::uint64_t id, Numbers* numbers) {
  if (id != 0) numbered_ = true;
  if (id != 0 && id <= highest_) return false;
  *numbers = {.id = id != 0 ? id : highest_ + 1, .after_id = highest_};
  return true;
}

void Inbound::PassedOn(const Numbers& numbers, std::size_t bytes) {
  highest_ = numbers.id;
  window_.push_back({numbers.id, bytes});
  bytes_ += bytes;
}

void Inbound::Acknowledged(std::uint64_t id) {
  if (id > acknowledged_) acknowledged_ = id;
  while (first_ < window_.size() && window_[first_].id <= id) bytes_ -= window_[first_++].bytes;
  if (first_ == window_.size()) {
    window_.clear();
    if (window_.capacity() > kKeptEntries) window_.shrink_to_fit();
    first_ = 0;
  } else if (first_ >= kMaxUnacknowledgedMessages) {
    window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

bool Inbound::full() const {
  return window_.size() - first_ >= kMaxUnacknowledgedMessages || bytes_ >= kMaxUnacknowledgedBytes;
}

}  // namespace signaling::gateway
