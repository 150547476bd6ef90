#include "gateway/session_drain.h"

#include <chrono>
#include <utility>

namespace signaling::gateway {
namespace {

// Those who are told together do not come back together.
constexpr int kSpreadMs = 1000;
// From the deadline on, for the last words to leave.
constexpr std::chrono::milliseconds kLastWords{500};

}  // namespace

void SessionDrain::Begin(Instant now) {
  if (begun()) return;
  begin_ = now;
  sessions_.ForEach([](Session& session) { session.Drain(); });
  pace_.emplace(sessions_.size(), settings_.timeout, settings_.per_second);
  Tick(now);
}

void SessionDrain::Tick(Instant now) {
  if (!begun()) return;
  const Instant deadline = begin_ + ToSteady(settings_.timeout);
  if (now >= deadline) {
    if (!std::exchange(all_told_, true)) {
      late_ = sessions_.size();
      sessions_.ForEach([](Session& session) { session.Leave(); });
    }
    if (now < deadline + kLastWords) return;
    return sessions_.ForEach([](Session& session) { session.Drop(); });
  }
  const std::size_t may_be_told = pace_->MayBeGone(absl::FromChrono(now - begin_));
  if (told_ >= may_be_told) return;
  std::uniform_int_distribution<int> spread(0, kSpreadMs);
  sessions_.ForEach([&](Session& session) {
    if (told_ >= may_be_told) return;
    if (session.GoAway(std::chrono::milliseconds(spread(random_)))) ++told_;
  });
}

}  // namespace signaling::gateway
