#include "services/signaling/auth/key_refresh.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace signaling::auth {
namespace {

constexpr char kNotYet[] = "the keys were not fetched yet";
constexpr char kTooMany[] = "too many requests wait for keys";
constexpr char kTooLong[] = "the keys were not fetched in time";
constexpr char kFailed[] = "the keys could not be fetched";
constexpr char kStopping[] = "the service is stopping";

}  // namespace

KeyRefresh::~KeyRefresh() { Stop(); }

void KeyRefresh::Stop() {
  std::vector<Waiting> waiting;
  {
    MutexLock lock(mu_);
    stopped_ = true;
    waiting.swap(waiting_);
  }
  for (const Waiting& one : waiting) one.waiter(absl::UnavailableError(kStopping));
  // What those need who are answered elsewhere goes when this returns.
  MutexLock answering(answering_mu_);
}

void KeyRefresh::Ask(Waiter waiter) {
  std::optional<absl::Status> answer;
  std::optional<std::string> etag;  // of the fetch to begin
  {
    MutexLock lock(mu_);
    const absl::Duration now = clock_.Uptime();
    answer = AnswerAtOnce(now);
    if (!answer) {
      waiting_.push_back({std::move(waiter), now + kPatience});
      if (!fetching_) etag = MarkBegun(now);
    }
  }
  if (answer) waiter(*answer);
  if (etag) Begin(*etag);
}

std::optional<absl::Status> KeyRefresh::AnswerAtOnce(absl::Duration now) const {
  if (stopped_) return absl::UnavailableError(kStopping);
  if (!fetching_ && now < began_ + kMinInterval) {
    return status_.ok() ? status_ : absl::UnavailableError(kFailed);
  }
  if (waiting_.size() >= kMaxWaiting) return absl::UnavailableError(kTooMany);
  return std::nullopt;
}

std::string KeyRefresh::MarkBegun(absl::Duration now) {
  fetching_ = true;
  began_ = now;
  return etag_;
}

void KeyRefresh::Poll() {
  std::optional<std::string> etag;  // of the fetch to begin
  {
    MutexLock answering(answering_mu_);
    std::vector<Waiting> late;
    {
      MutexLock lock(mu_);
      const absl::Duration now = clock_.Uptime();
      const auto first = std::find_if(waiting_.begin(), waiting_.end(),
                                      [&](const Waiting& one) { return now < one.deadline; });
      std::move(waiting_.begin(), first, std::back_inserter(late));
      waiting_.erase(waiting_.begin(), first);
      const bool may_begin = !stopped_ && !fetching_ && now >= began_ + kMinInterval;
      if (may_begin && now >= due_) etag = MarkBegun(now);
    }
    for (const Waiting& one : late) one.waiter(absl::UnavailableError(kTooLong));
  }
  if (etag) Begin(*etag);
}

void KeyRefresh::Begin(const std::string& etag) {
  fetcher_->Fetch(etag, [this](absl::StatusOr<FetchedKeys> fetched) { End(std::move(fetched)); });
}

void KeyRefresh::End(absl::StatusOr<FetchedKeys> fetched) {
  absl::Status status;
  if (!fetched.ok()) {
    status = ring_.Take(KeySource::kUrl, fetched.status());
  } else if (fetched->unchanged) {
    ring_.Confirm(KeySource::kUrl);
  } else {
    status = ring_.Take(KeySource::kUrl, KeySet::Parse(fetched->body, KeySource::kUrl));
  }
  MutexLock answering(answering_mu_);
  std::vector<Waiting> waiting;
  {
    MutexLock lock(mu_);
    fetching_ = false;
    absl::Duration age = kMinAge;
    if (status.ok()) {
      age = std::clamp(fetched->max_age.value_or(kDefaultAge), kMinAge, kMaxAge);
      if (!fetched->unchanged) etag_ = fetched->etag;
    } else if (!ring_.Has(KeySource::kUrl)) {
      age = kMinInterval;
    }
    due_ = clock_.Uptime() + age;
    status_ = status;
    waiting.swap(waiting_);
  }
  // Why is for the log; a client learns that it may try again.
  if (!status.ok()) status = absl::UnavailableError(kFailed);
  for (const Waiting& one : waiting) one.waiter(status);
}

absl::Status KeyRefresh::status() const {
  MutexLock lock(mu_);
  return began_ == -absl::InfiniteDuration() ? absl::UnavailableError(kNotYet) : status_;
}

}  // namespace signaling::auth
