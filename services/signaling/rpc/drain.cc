#include "services/signaling/rpc/drain.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "services/common/drain_pace.h"

namespace signaling {
namespace {

using Clock = StreamRegistry::Clock;

constexpr std::chrono::milliseconds kStep{20};
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

}  // namespace

void DrainStreams(StreamRegistry& streams, FlushQueue& queue, absl::Duration timeout,
                  double sessions_per_second) {
  const Clock::time_point begin = Clock::now();
  const Clock::time_point deadline = begin + absl::ToChronoNanoseconds(timeout);
  streams.Stop();
  std::size_t count = 0;
  for (const auto& stream : streams.Live()) count += stream->BeginDrain(timeout);
  queue.Drain();
  const DrainPace pace(count, timeout, sessions_per_second);
  std::size_t gone = 0;
  for (Clock::time_point now = begin; now < deadline; now = Clock::now()) {
    const std::size_t may = pace.MayBeGone(absl::FromChrono(now - begin));
    // In the end all that are left, also those that were not there yet when they were counted.
    std::size_t more = kAll;
    if (may < count) more = may - std::min(may, gone);
    for (const auto& stream : streams.Live()) {
      if (more == 0) break;
      const std::size_t sent = stream->SendAway(more);
      gone += sent;
      more -= sent;
    }
    queue.Drain();
    if (streams.AwaitEmpty(std::min(deadline, now + kStep))) return;
  }
  if (timeout <= absl::ZeroDuration()) return;
  // Whom a process that stood still over the end has not sent away yet.
  for (const auto& stream : streams.Live()) stream->SendAway(kAll);
  queue.Drain();
}

void EndStreams(StreamRegistry& streams, absl::Duration patience) {
  streams.Stop();
  for (const auto& stream : streams.Live()) stream->Shutdown();
  streams.AwaitEmpty(Clock::now() + absl::ToChronoNanoseconds(patience));
}

}  // namespace signaling
