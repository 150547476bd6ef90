#include "services/signaling/rpc/stream_lifetime.h"

#include <algorithm>
#include <utility>

namespace signaling {
namespace {

constexpr double kEarlier = 0.1;  // of the age, at most
// Enough to open another stream and move thousands of sessions; half of the life of a short-lived stream.
constexpr absl::Duration kNotice = absl::Seconds(30);

absl::Duration NoticeOf(absl::Duration end, absl::Duration life) {
  return end - std::min(kNotice, life / 2);
}

}  // namespace

StreamLifetime::StreamLifetime(absl::Duration max_age, absl::Duration now, double spread) {
  if (max_age == absl::ZeroDuration()) max_age = absl::InfiniteDuration();
  const absl::Duration age = max_age * (1 - kEarlier * spread);
  end_at_ = now + age;
  go_away_at_ = NoticeOf(end_at_, age);
}

StreamLifetime::Step StreamLifetime::Next(absl::Duration now) {
  MutexLock lock(mu_);
  if (now >= end_at_) return Step::kEnd;
  if (now < go_away_at_ || std::exchange(going_, true)) return Step::kNone;
  return Step::kGoAway;
}

void StreamLifetime::Limit(absl::Duration now, absl::Duration left) {
  MutexLock lock(mu_);
  if (now + left >= end_at_) return;
  end_at_ = now + left;
  go_away_at_ = std::min(go_away_at_, NoticeOf(end_at_, left));
}

bool StreamLifetime::EndBy(absl::Duration when) {
  MutexLock lock(mu_);
  end_at_ = std::min(end_at_, when);
  return !std::exchange(going_, true);
}

absl::Duration StreamLifetime::Left(absl::Duration now) const {
  MutexLock lock(mu_);
  return std::max(end_at_ - now, absl::ZeroDuration());
}

}  // namespace signaling
