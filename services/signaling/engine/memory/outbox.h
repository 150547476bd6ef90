// The events of one session that its client has not acknowledged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "services/signaling/engine/engine.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

// Of all sessions' outboxes.
struct OutboxTotals {
  std::size_t events = 0;
  std::size_t bytes = 0;
};

// Not thread-safe; owned by its session.
class Outbox {
 public:
  // `totals`, of which this one's are a part, outlives it.
  Outbox(std::size_t max_events, std::size_t max_bytes, OutboxTotals* totals)
      : max_events_(max_events), max_bytes_(max_bytes), totals_(totals) {}
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // Numbers the event and keeps it. False: it would go over a bound, and nothing is kept. `came`: when what it passes on
  // came, as Clock::Uptime; infinite where that is not to be told.
  bool Append(signaling::v1::DownFrame&& event, absl::Duration came);

  // Forgets events up to `seq`.
  void Acknowledge(std::uint64_t seq);

  // Those after `after_seq`, up to and with `until`.
  PullResult Pull(std::uint64_t after_seq, std::uint64_t until, std::uint32_t slot,
                  PullBudget* budget, signaling::v1::DownBatch* batch) const;

  // When what the event passes on came, for the first who asks; infinite for the others, and where that is not to be told.
  absl::Duration TakeTimeOf(std::uint64_t seq);

  // The last of so many events after `after_seq`, of no more bytes than these, but at least one where there is one.
  std::uint64_t EndOfPortion(std::uint64_t after_seq, std::size_t max_events,
                             std::size_t max_bytes) const;

  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t acked_seq() const { return last_seq_ - size(); }
  // Unacknowledged.
  std::size_t size() const { return entries_.size() - head_; }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    signaling::v1::DownFrame event;
    absl::Duration came;
    std::uint32_t bytes;
  };

  std::uint64_t first_seq() const { return acked_seq() + 1; }
  const Entry& EntryOf(std::uint64_t seq) const { return entries_[head_ + (seq - first_seq())]; }

  const std::size_t max_events_;
  const std::size_t max_bytes_;
  OutboxTotals* const totals_;

  // A vector with a moving head: an idle session's empty queue costs no allocation.
  std::vector<Entry> entries_;
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_seq_ = 0;
};

}  // namespace signaling
