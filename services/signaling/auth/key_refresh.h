// When the JWKS URL is asked: at the start, when what it said grows old, and for tokens whose key is not there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/auth/key_fetcher.h"
#include "services/signaling/auth/key_ring.h"

namespace signaling::auth {

// Thread-safe. Its owner calls Poll often. Ends the fetch under way in the destructor.
class KeyRefresh {
 public:
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr absl::Duration kMinInterval = absl::Seconds(10);  // between two fetches
  static constexpr absl::Duration kDefaultAge = absl::Minutes(10);
  static constexpr absl::Duration kMinAge = absl::Minutes(1);
  static constexpr absl::Duration kMaxAge = absl::Hours(1);
  static constexpr absl::Duration kPatience = kFetchTimeout;

  // OK: the keys are as new as they get. UNAVAILABLE: they could not be fetched.
  using Waiter = std::function<void(absl::Status)>;

  KeyRefresh(std::unique_ptr<KeyFetcher> fetcher, KeyRing& ring, const Clock& clock)
      : clock_(clock), ring_(ring), fetcher_(std::move(fetcher)) {}
  ~KeyRefresh();
  KeyRefresh(const KeyRefresh&) = delete;
  KeyRefresh& operator=(const KeyRefresh&) = delete;

  // Calls `waiter` once: when the fetch is over that is under way or may begin now, after kPatience, or at once where the
  // last fetch was less than kMinInterval ago or too many wait.
  void Ask(Waiter waiter);

  // Fetches what is due, and lets nobody wait too long.
  void Poll();

  // OK: the last fetch was good. Else why not, for operators.
  absl::Status status() const;

  // Answers who waits; from now on nobody does. Nobody is being answered any more when this returns, so no waiter may
  // call it.
  void Stop();

 private:
  struct Waiting {
    Waiter waiter;
    absl::Duration deadline;
  };

  std::optional<absl::Status> AnswerAtOnce(absl::Duration now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string MarkBegun(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Begin(const std::string& etag);
  void End(absl::StatusOr<FetchedKeys> fetched);

  // Constant after construction.
  const Clock& clock_;
  KeyRing& ring_;

  // Held while waiters are answered on the fetcher's or the poller's thread. Lock order: this, then mu_.
  Mutex answering_mu_;
  mutable Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool fetching_ ABSL_GUARDED_BY(mu_) = false;
  absl::Duration began_ ABSL_GUARDED_BY(mu_) = -absl::InfiniteDuration();  // the last fetch
  absl::Duration due_ ABSL_GUARDED_BY(mu_) = -absl::InfiniteDuration();    // the next one, unasked
  std::string etag_ ABSL_GUARDED_BY(mu_);                                  // of the keys there are
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mu_);  // by deadline

  std::unique_ptr<KeyFetcher> fetcher_;  // last: what it calls is still there while it ends
};

}  // namespace signaling::auth
