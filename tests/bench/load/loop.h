// The generator's one thread: epoll and a clock.
#pragma once

#include <chrono>
#include <functional>

namespace signaling::bench {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

class Pollable {
 public:
  virtual ~Pollable() = default;
  virtual void OnReady(bool readable, bool writable) = 0;
};

// Not thread-safe. Outlives what is added to it.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Level-triggered. A descriptor that is closed leaves by itself, but its Pollable has to live until the turn ends.
  void Add(int fd, Pollable* pollable, bool want_write);
  void Remove(int fd);
  void Change(int fd, Pollable* pollable, bool want_write);

  // Waits for readiness until `deadline` at most, and calls whoever is ready.
  void Turn(Time deadline);

  // Turns until `done` is true; false: `deadline` came first.
  bool RunUntil(const std::function<bool()>& done, Time deadline);

 private:
  const int epoll_;
};

}  // namespace signaling::bench
