#include "services/signaling/rpc/story_log.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "services/common/log.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::milliseconds kGather{50};

// The table's code, where the end has one; else how the others in the room were told of it.
std::string ReasonOf(const SessionStory& story) {
  if (story.reason) return std::string(Info(*story.reason).code);
  const std::string name = v1::LeaveReason_Name(story.leave_reason);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "LEAVE_REASON_"));
}

}  // namespace

StoryLog::StoryLog(std::function<void(const SessionStory&)> write, std::size_t max_waiting)
    : write_(std::move(write)), max_waiting_(max_waiting), thread_([this] { Run(); }) {}

StoryLog::~StoryLog() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StoryLog::Add(const SessionStory& story) {
  bool wake = false;
  {
    MutexLock lock(mu_);
    if (waiting_.size() >= max_waiting_) {
      ++dropped_;
      return;
    }
    wake = waiting_.empty() && !writing_;
    waiting_.push_back(story);
  }
  if (wake) changed_.notify_one();
}

void StoryLog::Flush() {
  MutexLock lock(mu_);
  flushing_ = true;
  changed_.notify_all();
  while (!waiting_.empty() || writing_) written_.wait(mu_);
  flushing_ = false;
}

void StoryLog::Run() {
  std::deque<SessionStory> stories;
  for (;;) {
    std::size_t dropped = 0;
    {
      MutexLock lock(mu_);
      writing_ = false;
      if (waiting_.empty()) written_.notify_all();
      while (waiting_.empty() && !stopping_) changed_.wait(mu_);
      if (waiting_.empty()) return;
      // To be woken for each would cost more than its line.
      if (!stopping_ && !flushing_) changed_.wait_for(mu_, kGather);
      stories.swap(waiting_);
      dropped = std::exchange(dropped_, 0);
      writing_ = true;
    }
    for (const SessionStory& story : stories) write_(story);
    log::Flush();
    stories.clear();
    if (dropped > 0) {
      log::Warning("log_lines_dropped",
                   {{"of", "session_ended"}, {"lines", std::uint64_t{dropped}}});
    }
  }
}

void StoryLog::WriteStory(const SessionStory& story) {
  if (!log::IsOn(log::Level::kInfo)) return;
  const std::string id = story.id.ToString();
  const std::string reason = ReasonOf(story);
  log::WriteBuffered(log::Level::kInfo, "session_ended",
                     {{"session_id", id},
                      {"client_id", story.client_id},
                      {"room", story.room},
                      {"reason", reason},
                      {"duration_ms", absl::ToInt64Milliseconds(story.lasted)},
                      {"received", story.received},
                      {"sent", story.sent},
                      {"refused", story.refused},
                      {"resumes", story.resumes},
                      {"detaches", story.detaches},
                      {"offers", story.offers},
                      {"answers", story.answers},
                      {"candidates", story.candidates},
                      log::IfAny("traceparent", story.traceparent)});
}

}  // namespace signaling
