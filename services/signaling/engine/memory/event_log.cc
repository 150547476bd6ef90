#include "services/signaling/engine/memory/event_log.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/text.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::size_t kIdLength = 11;

absl::Status Expired() {
  return Refusal(Reason::kCursorExpired,
                 "the log of events does not reach back to this cursor: list, and watch anew",
                 "cursor");
}

}  // namespace

EventLog::EventLog(std::size_t max_events, const Clock& clock)
    : max_events_(max_events), clock_(clock), id_(NewRandomId().substr(0, kIdLength)) {}

void EventLog::Append(v1::Event event) {
  SetTime(clock_.Now(), event.mutable_event_time());
  events_.push_back(std::move(event));
  ++last_;
  if (events_.size() > max_events_) events_.pop_front();
  for (EventSink* sink : sinks_) sink->OnEvents();
}

absl::StatusOr<std::uint64_t> EventLog::Watch(const std::string& cursor, EventSink* sink) {
  std::uint64_t after = last_;
  if (!cursor.empty()) {
    const std::string_view text = cursor;
    if (text.size() <= kIdLength + 1 || text[kIdLength] != '.' ||
        !absl::SimpleAtoi(Absl(text.substr(kIdLength + 1)), &after) ||
        (text.starts_with(id_) && CursorOf(after) != cursor)) {
      return Refusal(Reason::kInvalidMessage, "cursor is none that this service gave", "cursor");
    }
    if (!text.starts_with(id_) || after > last_ || after + 1 < first()) return Expired();
  }
  sinks_.insert(sink);
  if (after < last_) sink->OnEvents();
  return after;
}

absl::Status EventLog::Read(std::uint64_t after, std::size_t max,
                            std::vector<v1::WatchEventsResponse>* events) const {
  if (after > last_ || after + 1 < first()) return Expired();
  const std::uint64_t end = std::min<std::uint64_t>(last_, after + max);
  for (std::uint64_t number = after + 1; number <= end; ++number) {
    v1::WatchEventsResponse& response = events->emplace_back();
    response.set_cursor(CursorOf(number));
    *response.mutable_event() = events_[static_cast<std::size_t>(number - first())];
  }
  return absl::OkStatus();
}

std::string EventLog::CursorOf(std::uint64_t number) const {
  return absl::StrCat(id_, ".", number);
}

}  // namespace signaling
