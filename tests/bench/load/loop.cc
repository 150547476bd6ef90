#include "tests/bench/load/loop.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

namespace signaling::bench {
namespace {

constexpr int kEvents = 256;

epoll_event Event(Pollable* pollable, bool want_write) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (want_write) event.events |= EPOLLOUT;
  event.data.ptr = pollable;
  return event;
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  // The default slack of 50 us would make every timed frame late.
  prctl(PR_SET_TIMERSLACK, 1);
}

Loop::~Loop() { close(epoll_); }

void Loop::Add(int fd, Pollable* pollable, bool want_write) {
  epoll_event event = Event(pollable, want_write);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Loop::Remove(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Loop::Change(int fd, Pollable* pollable, bool want_write) {
  epoll_event event = Event(pollable, want_write);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::Turn(Time deadline) {
  epoll_event events[kEvents];
  const auto wait = std::max(deadline - Clock::now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  const timespec timeout{seconds.count(), (wait - seconds).count()};
  const int n = epoll_pwait2(epoll_, events, kEvents, &timeout, nullptr);
  for (int i = 0; i < n; ++i) {
    const auto what = events[i].events;
    static_cast<Pollable*>(events[i].data.ptr)
        ->OnReady((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0, (what & EPOLLOUT) != 0);
  }
}

bool Loop::RunUntil(const std::function<bool()>& done, Time deadline) {
  while (!done()) {
    if (Clock::now() >= deadline) return false;
    Turn(std::min(deadline, Clock::now() + std::chrono::milliseconds(50)));
  }
  return true;
}

}  // namespace signaling::bench
