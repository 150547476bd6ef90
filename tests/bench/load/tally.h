// What a run counts, and how long frames took.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "services/signalctl/load/histogram.h"
#include "tests/bench/load/loop.h"

namespace signaling::bench {

using ctl::Histogram;

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;  // each frame once
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;  // came before one that was sent earlier
  std::uint64_t changed = 0;    // the text is not the one that was sent
  std::uint64_t errors = 0;  // errors told by the server, and connections that ended by themselves
  std::string first_error;
  std::uint64_t calls = 0;

  // Latencies are of what was due in the measured time, whenever it arrived.
  Time measured_from = Time::max();
  Time measured_until = Time::max();
  Histogram latency;
  Histogram call;

  bool Measures(Time due) const { return due >= measured_from && due < measured_until; }
  void Fail(std::string what) {
    if (errors++ == 0) first_error = std::move(what);
  }
};

}  // namespace signaling::bench
