// Fetches a JWKS over https.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "services/common/clock.h"
#include "services/common/mutex.h"
#include "services/signaling/auth/key_fetcher.h"
#include "services/signaling/auth/token_authenticator.h"

namespace signaling::auth {

// Thread-safe. Has a thread, on which `done` is called; the destructor breaks off the fetch under way.
class JwksUrl final : public KeyFetcher {
 public:
  // INVALID_ARGUMENT: `url` is not https, holds a password, or the CA file cannot be read. An empty `ca_file` stands for
  // the authorities of the system.
  static absl::StatusOr<std::unique_ptr<JwksUrl>> Make(const std::string& url,
                                                       const std::string& ca_file);
  ~JwksUrl() override;

  void Fetch(const std::string& etag, Done done) override;

 private:
  struct Request {
    std::string etag;
    Done done;
  };

  JwksUrl(std::string url, std::string ca_file, void* multi);
  void Run();
  absl::StatusOr<FetchedKeys> Get(const std::string& etag);

  // Constant after construction.
  const std::string url_;
  const std::string ca_file_;
  void* const multi_;  // a CURLM: of the thread, but for being woken

  Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<Request> request_ ABSL_GUARDED_BY(mu_);  // not begun yet
  std::thread thread_;
};

// What main.cc needs: a TokenAuthenticator with a JwksUrl where the options have a URL.
absl::StatusOr<std::unique_ptr<TokenAuthenticator>> StartTokenAuthenticator(
    const AuthOptions& options, const Clock& clock, prometheus::Registry& registry);

}  // namespace signaling::auth
