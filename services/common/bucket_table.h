// Token buckets by key, for keys that anybody can make up: the table is bounded, and a bucket that is full is as good as
// one that is not there. Each new key looks at a few others and forgets those that are full; only where the table holds as
// many as it may and none of those is full, one goes that is not. So the cost of a call does not grow with the table.
// Thread-safe.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "absl/hash/hash.h"
#include "services/common/mutex.h"
#include "services/common/token_bucket.h"

namespace signaling {

template <typename Key>
class BucketTable {
 public:
  using Time = TokenBucket::Time;

  BucketTable(const TokenRate& rate, std::size_t max_entries)
      : max_entries_(max_entries), rate_(rate) {}
  BucketTable(const BucketTable&) = delete;
  BucketTable& operator=(const BucketTable&) = delete;

  // False where there is none.
  bool Take(const Key& key, Time now) {
    MutexLock lock(mu_);
    auto found = buckets_.find(key);
    if (found == buckets_.end()) {
      MakeRoom(now);
      found = buckets_.emplace(key, TokenBucket()).first;
    }
    return found->second.Take(rate_, now);
  }

  // Zero where there is one.
  Time UntilToken(const Key& key, Time now) const {
    MutexLock lock(mu_);
    const auto found = buckets_.find(key);
    return found == buckets_.end() ? Time::zero() : found->second.UntilToken(rate_, now);
  }

  // From now on, for all that there are; its `per` is the same.
  void SetRate(const TokenRate& rate) {
    MutexLock lock(mu_);
    rate_ = rate;
  }

  std::size_t size() const {
    MutexLock lock(mu_);
    return buckets_.size();
  }

 private:
  // More than the one chain that a new entry adds, so that what is full does not pile up.
  static constexpr int kChainsAtATime = 4;

  void MakeRoom(Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (int i = 0; i < kChainsAtATime && !buckets_.empty(); ++i) {
      NextChain();
      for (auto it = buckets_.begin(hand_); it != buckets_.end(hand_);) {
        const auto& [key, bucket] = *it++;
        if (bucket.IsFull(rate_, now)) buckets_.erase(Key(key));
      }
    }
    if (buckets_.size() < max_entries_) return;
    while (buckets_.bucket_size(hand_) == 0) NextChain();
    buckets_.erase(Key(buckets_.begin(hand_)->first));
  }

  void NextChain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    hand_ = (hand_ + 1) % buckets_.bucket_count();
  }

  // Constant after construction.
  const std::size_t max_entries_;

  // Guarded by mu_.
  mutable Mutex mu_;
  TokenRate rate_ ABSL_GUARDED_BY(mu_);
  // The hash is seeded, so that nobody can choose keys of one chain.
  std::unordered_map<Key, TokenBucket, absl::Hash<Key>> buckets_ ABSL_GUARDED_BY(mu_);
  std::size_t hand_ ABSL_GUARDED_BY(mu_) = 0;  // the chain that was looked at last
};

}  // namespace signaling
