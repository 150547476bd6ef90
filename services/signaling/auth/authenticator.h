// The one door of the service: from a credential to an identity.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/signaling/core/identity.h"

namespace signaling {

// Thread-safe.
class Authenticator {
 public:
  // UNAUTHENTICATED, as a Refusal: it says what is wrong with the token, never what is in it. UNAVAILABLE: the key could not
  // be fetched, and the token may be good.
  using Done = std::function<void(absl::StatusOr<Identity>)>;

  virtual ~Authenticator() = default;

  // Clients need a token.
  virtual bool required() const = 0;
  // `token` is a JWT in compact form, or empty where there is none. `done` is called exactly once: before this returns, or
  // later and from another thread where a key has to be fetched first.
  virtual void Authenticate(std::string_view token, Done done) = 0;
};

// Of a service that runs open: reads no token, and knows nobody.
class OpenAuthenticator final : public Authenticator {
 public:
  bool required() const override { return false; }
  void Authenticate(std::string_view, Done done) override { done(Identity()); }
};

}  // namespace signaling
