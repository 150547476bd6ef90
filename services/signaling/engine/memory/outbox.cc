#include "services/signaling/engine/memory/outbox.h"

#include <algorithm>
#include <utility>

namespace signaling {

Outbox::~Outbox() {
  totals_->events -= size();
  totals_->bytes -= bytes_;
}

bool Outbox::Append(signaling::v1::DownFrame&& event, absl::Duration came) {
  const std::size_t bytes = event.ByteSizeLong();
  if (size() >= max_events_ || bytes_ + bytes > max_bytes_) return false;
  event.set_seq(++last_seq_);
  bytes_ += bytes;
  ++totals_->events;
  totals_->bytes += bytes;
  entries_.push_back({std::move(event), came, static_cast<std::uint32_t>(bytes)});
  return true;
}

void Outbox::Acknowledge(std::uint64_t seq) {
  if (seq > last_seq_) return;
  while (size() > 0 && first_seq() <= seq) {
    bytes_ -= entries_[head_].bytes;
    totals_->bytes -= entries_[head_].bytes;
    --totals_->events;
    entries_[head_].event.Clear();
    ++head_;
  }
  if (head_ == entries_.size()) {
    entries_.clear();
    head_ = 0;
  } else if (head_ >= max_events_) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

absl::Duration Outbox::TakeTimeOf(std::uint64_t seq) {
  return std::exchange(entries_[head_ + (seq - first_seq())].came, absl::InfiniteDuration());
}

std::uint64_t Outbox::EndOfPortion(std::uint64_t after_seq, std::size_t max_events,
                                   std::size_t max_bytes) const {
  std::uint64_t end = std::max(after_seq, acked_seq());
  std::size_t bytes = 0;
  for (std::size_t events = 0; events < max_events && end < last_seq_; ++events, ++end) {
    bytes += EntryOf(end + 1).bytes;
    if (events > 0 && bytes > max_bytes) break;
  }
  return end;
}

PullResult Outbox::Pull(std::uint64_t after_seq, std::uint64_t until, std::uint32_t slot,
                        PullBudget* budget, signaling::v1::DownBatch* batch) const {
  PullResult result{.last_seq = after_seq, .more = false};
  const std::uint64_t begin = std::max(after_seq + 1, first_seq());
  for (std::uint64_t seq = begin; seq <= std::min(until, last_seq_); ++seq) {
    const Entry& entry = EntryOf(seq);
    // The first event of a batch always fits: a single one may be larger than what is left of a budget.
    if (budget->frames == 0 || (entry.bytes > budget->bytes && batch->frames_size() > 0)) {
      result.more = true;
      break;
    }
    signaling::v1::DownFrame* frame = batch->add_frames();
    frame->CopyFrom(entry.event);
    frame->set_slot(slot);
    --budget->frames;
    budget->bytes -= std::min<std::size_t>(budget->bytes, entry.bytes);
    result.last_seq = seq;
  }
  return result;
}

}  // namespace signaling
