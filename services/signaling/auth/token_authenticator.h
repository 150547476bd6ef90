// Believes tokens that one of its keys has signed.
#pragma once

#include <condition_variable>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "prometheus/registry.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/auth/authenticator.h"
#include "services/signaling/auth/key_refresh.h"
#include "services/signaling/auth/key_ring.h"
#include "services/signaling/auth/options.h"
#include "services/signaling/auth/probe.h"
#include "services/signaling/auth/verifier.h"

namespace signaling::auth {

// Thread-safe. With a fetcher it has a thread, which it ends in the destructor; who still waits then is answered there,
// so Stop comes before what they need goes.
class TokenAuthenticator final : public Authenticator {
 public:
  // `fetcher` is null where there is no URL. A URL is not waited for, a file is: the error says why it cannot be used.
  // `clock` and `registry` outlive it.
  static absl::StatusOr<std::unique_ptr<TokenAuthenticator>> Start(
      const AuthOptions& options, std::unique_ptr<KeyFetcher> fetcher, const Clock& clock,
      prometheus::Registry& registry);
  ~TokenAuthenticator() override;

  bool required() const override { return true; }
  // Refuses as UNAUTHENTICATED, or as UNAVAILABLE where a key could not be fetched: such a token may be good.
  void Authenticate(std::string_view token, Done done) override;

  // For FileWatcher. False: it could not be used, which may pass; the keys there were stay.
  bool ReloadFile();

  // UNAVAILABLE: there are no keys yet, and why.
  absl::Status Ready() const;

  // Answers who waits for keys; from now on nobody does.
  void Stop();

 private:
  TokenAuthenticator(const AuthOptions& options, std::unique_ptr<KeyFetcher> fetcher,
                     const Clock& clock, prometheus::Registry& registry);
  Verdict Verify(std::string_view token) const;
  bool MayBeNewer(const Verdict& verdict) const;
  void AuthenticateAgain(const std::string& token, const Done& done, const absl::Status& fetched);
  void Answer(Verdict verdict, const Done& done);
  void Refuse(Outcome outcome, std::string_view why, const Done& done);
  void Run();

  // Constant after construction.
  const Clock& clock_;
  const std::string key_file_;
  const Verifier verifier_;

  Probe probe_;
  KeyRing ring_;
  std::unique_ptr<KeyRefresh> refresh_;  // null: there is no URL

  Mutex mu_;
  std::condition_variable_any stop_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace signaling::auth
