#include "gateway/ws/inbound.h"

#include <algorithm>

#include "services/common/limits.h"

namespace signaling::gateway {

void Inbound::Resume(std::uint64_t last_id) {
  numbered_ = last_id > 0;
  highest_ = acknowledged_ = resumed_from_ = last_id;
}

bool Inbound::Number(std::uint64_t id, Numbers* numbers) {
  if (id != 0) numbered_ = true;
  if (id != 0 && id <= highest_) return false;
  *numbers = {.id = id != 0 ? id : highest_ + 1, .after_id = highest_};
  return true;
}

void Inbound::Keep(const Numbers& numbers, std::string_view text, Verdict verdict) {
  highest_ = numbers.id;
  window_.push_back({.numbers = numbers,
                     .begin = texts_.size(),
                     .bytes = text.size(),
                     .verdict = verdict,
                     .was_sent = false,
                     .breaks = 0});
  texts_.append(text);
  bytes_ += text.size();
}

void Inbound::StreamBroke() {
  for (std::size_t i = first_; i < next_; ++i) ++window_[i].breaks;
  Rewind();
}

void Inbound::Acknowledged(std::uint64_t id) {
  acknowledged_ = std::max(acknowledged_, id);
  while (first_ < window_.size() && window_[first_].numbers.id <= id) {
    bytes_ -= window_[first_++].bytes;
  }
  next_ = std::max(next_, first_);
  if (first_ == window_.size()) {
    window_.clear();
    texts_.clear();
    first_ = next_ = 0;
    return;
  }
  const std::size_t begin = window_[first_].begin;
  if (first_ < kMaxUnacknowledgedMessages && begin < kMaxUnacknowledgedBytes) return;
  texts_.erase(0, begin);
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(first_));
  for (Kept& kept : window_) kept.begin -= begin;
  next_ -= first_;
  first_ = 0;
}

void Inbound::Rest() {
  if (!window_.empty() || window_.capacity() == 0) return;
  std::vector<Kept>().swap(window_);
  std::string().swap(texts_);
}

bool Inbound::full() const {
  return window_.size() - first_ >= kMaxUnacknowledgedMessages || bytes_ >= kMaxUnacknowledgedBytes;
}

}  // namespace signaling::gateway
