// Which of the numbers 1, 2, 3, … have arrived, and how. Not thread-safe. Owned by who receives.
#pragma once

#include <cstdint>
#include <set>

namespace signaling::ctl {

class Arrivals {
 public:
  enum class Verdict : std::uint8_t {
    kNext,
    kEarly,      // some before it have not come
    kLate,       // one of those
    kDuplicate,  // it was there already
  };

  Verdict Take(std::uint64_t number) {
    if (number <= highest_) {
      if (missing_.erase(number) == 0) return Verdict::kDuplicate;
      ++count_;
      return Verdict::kLate;
    }
    const bool next = number == highest_ + 1;
    for (std::uint64_t skipped = highest_ + 1; skipped < number; ++skipped)
      missing_.insert(skipped);
    highest_ = number;
    ++count_;
    return next ? Verdict::kNext : Verdict::kEarly;
  }

  // Each once.
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t highest_ = 0;
  std::set<std::uint64_t> missing_;  // below it; the sender's numbers bound it
};

}  // namespace signaling::ctl
