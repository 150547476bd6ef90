// How a worker's sessions go when the gateway stops: they are told one after the other, at a pace, to connect elsewhere,
// and have to be gone by a deadline. Not thread-safe; owned by the worker.
#pragma once

#include <cstddef>
#include <optional>
#include <random>

#include "absl/time/time.h"
#include "gateway/instant.h"
#include "gateway/registry.h"
#include "gateway/ws/session.h"
#include "services/common/drain_pace.h"

namespace signaling::gateway {

class SessionDrain {
 public:
  // As DrainPace has it.
  struct Pace {
    absl::Duration timeout;
    double per_second;
  };

  // `sessions` outlives this.
  SessionDrain(Registry<Session>& sessions, Pace pace)
      : sessions_(sessions), settings_(pace), random_(std::random_device()()) {}

  void Begin(Instant now);
  bool begun() const { return pace_.has_value(); }
  // So many were told, and so many were still there at the deadline.
  std::size_t told() const { return told_; }
  std::size_t late() const { return late_; }
  // To be called many times a second from then on.
  void Tick(Instant now);

 private:
  // Constant after construction.
  Registry<Session>& sessions_;
  const Pace settings_;

  std::optional<DrainPace> pace_;  // from Begin on
  Instant begin_{};
  std::size_t told_ = 0;
  std::size_t late_ = 0;
  bool all_told_ = false;  // the deadline has passed
  std::minstd_rand random_;
};

}  // namespace signaling::gateway
