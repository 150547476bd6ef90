// A holder of sessions that writes down what the engine says.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/common/mutex.h"
#include "services/signaling/engine/engine.h"

namespace signaling {

// Thread-safe: engines call it from threads of their own.
class RecordingSink final : public SessionSink {
 public:
  struct Record {
    std::optional<signaling::v1::Opened> opened;
    std::string traceparent;  // as it was said with opened
    std::optional<signaling::v1::Closed> closed;
    std::vector<std::uint64_t> applied;
    std::vector<std::uint64_t> gaps;
    std::vector<absl::StatusOr<absl::Time>> refreshed;
    int unsent = 0;
    int probes = 0;
  };

  Record Of(std::uint64_t tag) const {
    MutexLock lock(mu_);
    const auto found = records_.find(tag);
    return found == records_.end() ? Record() : found->second;
  }

  // Tags are used again.
  void Clear() {
    MutexLock lock(mu_);
    records_.clear();
  }

  void OnOpened(std::uint64_t tag, signaling::v1::Opened opened,
                std::string_view traceparent) override {
    MutexLock lock(mu_);
    Record& record = records_[tag];
    EXPECT_FALSE(record.opened) << "opened twice: " << tag;
    EXPECT_FALSE(record.closed) << "opened after closed: " << tag;
    record.opened = std::move(opened);
    record.traceparent = traceparent;
  }
  void OnUnsent(std::uint64_t tag) override {
    MutexLock lock(mu_);
    ++Open(tag).unsent;
  }
  void OnApplied(std::uint64_t tag, std::uint64_t last_id) override {
    MutexLock lock(mu_);
    Open(tag).applied.push_back(last_id);
  }
  void OnGap(std::uint64_t tag, std::uint64_t last_id) override {
    MutexLock lock(mu_);
    Open(tag).gaps.push_back(last_id);
  }
  void OnRefreshed(std::uint64_t tag, absl::StatusOr<absl::Time> expires) override {
    MutexLock lock(mu_);
    Open(tag).refreshed.push_back(std::move(expires));
  }
  void OnProbe(std::uint64_t tag) override {
    MutexLock lock(mu_);
    ++Open(tag).probes;
  }
  void OnClosed(std::uint64_t tag, signaling::v1::Closed closed) override {
    MutexLock lock(mu_);
    Record& record = records_[tag];
    EXPECT_FALSE(record.closed) << "closed twice: " << tag;
    record.closed = std::move(closed);
  }

 private:
  // Nothing comes before the session is open or after it is closed.
  Record& Open(std::uint64_t tag) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Record& record = records_[tag];
    EXPECT_TRUE(record.opened) << "before opened: " << tag;
    EXPECT_FALSE(record.closed) << "after closed: " << tag;
    return record;
  }

  mutable Mutex mu_;
  std::map<std::uint64_t, Record> records_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
