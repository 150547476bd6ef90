// What a run counts, and how long frames took.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <string>

#include "tests/bench/load/loop.h"

namespace signaling::bench {

// Durations in buckets of 1/64 of their power of two of nanoseconds: no value is off by more than 1.6 %.
class Histogram {
 public:
  void Add(Clock::duration latency) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
    ++buckets_[Index(ns)];
    ++count_;
  }
  std::uint64_t count() const { return count_; }

  // The upper end of the bucket that holds the quantile, in microseconds. 0 where nothing was added.
  double Quantile(double q) const {
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > rank) return static_cast<double>(UpperEnd(i)) / 1000.0;
    }
    return 0;
  }

 private:
  static constexpr unsigned kBits = 6;

  static std::size_t Index(std::uint64_t ns) {
    const auto width = static_cast<unsigned>(std::bit_width(ns));
    if (width <= kBits) return static_cast<std::size_t>(ns);
    const unsigned shift = width - kBits - 1;
    return ((shift + 1) << kBits) + static_cast<std::size_t>((ns >> shift) - (1U << kBits));
  }
  static std::uint64_t UpperEnd(std::size_t index) {
    if (index < (1U << kBits)) return index;
    const std::size_t shift = (index >> kBits) - 1;
    return (((index & ((1U << kBits) - 1)) + (1U << kBits) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, std::size_t{64} << kBits> buckets_{};
  std::uint64_t count_ = 0;
};

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
