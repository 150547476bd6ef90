// How long things took, in a bounded space. Not thread-safe. Owned by whoever measures; the benchmark has it, too.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace signaling::ctl {

// Durations in buckets of 1/64 of their power of two of nanoseconds: no value is off by more than 1.6 %.
class Histogram {
 public:
  void Add(std::chrono::nanoseconds latency) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
    ++buckets_[Index(ns)];
    ++count_;
    largest_ = std::max(largest_, ns);
  }
  std::uint64_t count() const { return count_; }
  // In microseconds, as it was.
  double Largest() const { return static_cast<double>(largest_) / 1000.0; }

  // The upper end of the bucket that holds the quantile, in microseconds. 0 where nothing was added.
  double Quantile(double q) const {
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > rank) return static_cast<double>(std::min(UpperEnd(i), largest_)) / 1000.0;
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
  std::uint64_t largest_ = 0;
};

}  // namespace signaling::ctl
