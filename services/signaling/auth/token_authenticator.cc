#include "services/signaling/auth/token_authenticator.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/signaling/core/errors.h"

namespace signaling::auth {
namespace {

// How exactly patience and ages are kept.
constexpr std::chrono::milliseconds kPollInterval{250};

}  // namespace

absl::StatusOr<std::unique_ptr<TokenAuthenticator>> TokenAuthenticator::Start(
    const AuthOptions& options, std::unique_ptr<KeyFetcher> fetcher, const Clock& clock,
    prometheus::Registry& registry) {
  if (options.audience.empty()) {
    return absl::InvalidArgumentError("tokens cannot be checked without an audience");
  }
  if (options.key_file.empty() && !fetcher) {
    return absl::InvalidArgumentError("tokens cannot be checked without keys");
  }
  // Not make_unique: the constructor is private.
  std::unique_ptr<TokenAuthenticator> made(
      new TokenAuthenticator(options, std::move(fetcher), clock, registry));
  if (!options.key_file.empty()) {
    absl::StatusOr<std::shared_ptr<const KeySet>> keys = ReadKeyFile(options.key_file);
    if (!keys.ok()) return keys.status();
    if (absl::Status status = made->ring_.Take(KeySource::kFile, std::move(keys)); !status.ok()) {
      return status;
    }
  }
  if (made->refresh_) {
    made->refresh_->Poll();
    made->thread_ = std::thread([self = made.get()] { self->Run(); });
  }
  return made;
}

TokenAuthenticator::TokenAuthenticator(const AuthOptions& options,
                                       std::unique_ptr<KeyFetcher> fetcher, const Clock& clock,
                                       prometheus::Registry& registry)
    : clock_(clock),
      key_file_(options.key_file),
      verifier_({.audience = options.audience, .issuer = options.issuer, .leeway = options.leeway}),
      probe_(registry),
      ring_(probe_),
      refresh_(fetcher ? std::make_unique<KeyRefresh>(std::move(fetcher), ring_, clock) : nullptr) {
}

TokenAuthenticator::~TokenAuthenticator() {
  Stop();
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TokenAuthenticator::Run() {
  for (;;) {
    refresh_->Poll();
    MutexLock lock(mu_);
    if (!stopping_) stop_.wait_for(mu_, kPollInterval);
    if (stopping_) return;
  }
}

void TokenAuthenticator::Authenticate(std::string_view token, Done done) {
  Verdict verdict = Verify(token);
  if (!refresh_ || !MayBeNewer(verdict)) return Answer(std::move(verdict), done);
  refresh_->Ask([this, token = std::string(token), done = std::move(done)](absl::Status fetched) {
    AuthenticateAgain(token, done, fetched);
  });
}

Verdict TokenAuthenticator::Verify(std::string_view token) const {
  return verifier_.Verify(token, ring_.Keys(), clock_.Now());
}

// A kid that nobody knows, or, as long as the URL has said nothing, any key that is missing.
bool TokenAuthenticator::MayBeNewer(const Verdict& verdict) const {
  if (verdict.unknown_kid) return true;
  const bool no_key_fits =
      verdict.outcome == Outcome::kUnknownKey || verdict.outcome == Outcome::kBadSignature;
  return no_key_fits && !ring_.Has(KeySource::kUrl);
}

void TokenAuthenticator::AuthenticateAgain(const std::string& token, const Done& done,
                                           const absl::Status& fetched) {
  Verdict verdict = Verify(token);
  if (fetched.ok() || !MayBeNewer(verdict)) return Answer(std::move(verdict), done);
  Refuse(Outcome::kUnavailable, std::string(fetched.message()), done);
}

void TokenAuthenticator::Answer(Verdict verdict, const Done& done) {
  if (verdict.outcome != Outcome::kAccepted) return Refuse(verdict.outcome, verdict.problem, done);
  probe_.Judged(verdict.outcome);
  done(std::move(verdict.identity));
}

void TokenAuthenticator::Refuse(Outcome outcome, std::string_view why, const Done& done) {
  probe_.Judged(outcome);
  const bool may_be_good = outcome == Outcome::kUnavailable;
  done(Refusal(may_be_good ? Reason::kUnavailable : Reason::kUnauthenticated, why));
}

bool TokenAuthenticator::ReloadFile() {
  return ring_.Take(KeySource::kFile, ReadKeyFile(key_file_)).ok();
}

absl::Status TokenAuthenticator::Ready() const {
  if (!ring_.Keys().empty()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("there are no keys to check tokens with: ", refresh_->status().message()));
}

void TokenAuthenticator::Stop() {
  if (refresh_) refresh_->Stop();
}

}  // namespace signaling::auth
