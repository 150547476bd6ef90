#include "services/signaling/rpc/scheduler.h"

#include <algorithm>
#include <utility>

namespace signaling {

Scheduler::Scheduler(std::chrono::milliseconds interval, std::function<void()> tick)
    : interval_(interval), tick_(std::move(tick)), thread_([this] { Run(); }) {}

Scheduler::~Scheduler() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Scheduler::FlushAt(Clock::time_point when, std::weak_ptr<Flushable> stream) {
  bool earliest = false;
  {
    MutexLock lock(mu_);
    earliest = due_.empty() || when < due_.top().when;
    due_.push({when, std::move(stream)});
  }
  if (earliest) changed_.notify_one();
}

Scheduler::Clock::time_point Scheduler::last_beat() const {
  MutexLock lock(mu_);
  return last_beat_;
}

void Scheduler::Run() {
  Clock::time_point next_tick = Clock::now() + interval_;
  std::vector<std::weak_ptr<Flushable>> streams;
  for (;;) {
    bool tick = false;
    {
      MutexLock lock(mu_);
      if (stopping_) return;
      const Clock::time_point wake =
          due_.empty() ? next_tick : std::min(next_tick, due_.top().when);
      if (Clock::now() < wake) changed_.wait_until(mu_, wake);
      if (stopping_) return;
      const Clock::time_point now = Clock::now();
      last_beat_ = now;
      while (!due_.empty() && due_.top().when <= now) {
        streams.push_back(due_.top().stream);
        due_.pop();
      }
      tick = now >= next_tick;
      if (tick) next_tick = now + interval_;
    }
    for (const auto& stream : streams) {
      if (const auto alive = stream.lock()) alive->Flush();
    }
    streams.clear();
    if (tick) tick_();
  }
}

}  // namespace signaling
