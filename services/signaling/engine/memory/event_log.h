// The last events, in order, for those who watch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "services/common/clock.h"
#include "services/signaling/engine/back_office.h"

namespace signaling {

// Not thread-safe; owned by MemoryEngine. Calls sinks.
class EventLog {
 public:
  EventLog(std::size_t max_events, const Clock& clock);

  // Numbers the event, puts the time into it, and forgets the oldest where there are too many.
  void Append(signaling::v1::Event event);

  // As in BackOffice.
  absl::StatusOr<std::uint64_t> Watch(const std::string& cursor, EventSink* sink);
  absl::Status Read(std::uint64_t after, std::size_t max,
                    std::vector<signaling::v1::WatchEventsResponse>* events) const;
  std::string CursorOf(std::uint64_t number) const;
  void Unwatch(EventSink* sink) { sinks_.erase(sink); }

 private:
  // Of the oldest event that is kept.
  std::uint64_t first() const { return last_ - events_.size() + 1; }

  // Constant after construction.
  const std::size_t max_events_;
  const Clock& clock_;
  // In each cursor, so that one of another process is none of ours.
  const std::string id_;

  std::deque<signaling::v1::Event> events_;
  std::uint64_t last_ = 0;
  absl::flat_hash_set<EventSink*> sinks_;
};

}  // namespace signaling
