// An authenticator whose tokens a test makes up, and whose answers it may keep back.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/common/mutex.h"
#include "services/signaling/auth/authenticator.h"
#include "services/signaling/core/errors.h"

namespace signaling {

// Thread-safe.
class FakeAuthenticator final : public Authenticator {
 public:
  // Of a client with all that a token can grant one, in every room.
  static Identity Client(const std::string& client_id) {
    Identity identity;
    identity.authenticated = true;
    identity.client_id = client_id;
    identity.rooms = {"*"};
    for (const Grant grant : {Grant::kJoin, Grant::kCreate, Grant::kOffer}) {
      identity.grants.Add(grant);
    }
    return identity;
  }
  static Identity With(const std::string& name, Grant grant) {
    Identity identity;
    identity.authenticated = true;
    identity.client_id = name;
    identity.grants.Add(grant);
    return identity;
  }

  void Know(const std::string& token, Identity identity) {
    MutexLock lock(mu_);
    known_[token] = std::move(identity);
  }
  // From now on, until LetGo.
  void KeepBack() {
    MutexLock lock(mu_);
    keeps_back_ = true;
  }
  void LetGo() {
    std::vector<std::pair<std::string, Done>> kept;
    {
      MutexLock lock(mu_);
      keeps_back_ = false;
      kept.swap(kept_);
    }
    for (auto& [token, done] : kept) done(Judge(token));
  }
  std::size_t kept() const {
    MutexLock lock(mu_);
    return kept_.size();
  }

  bool required() const override { return true; }
  void Authenticate(std::string_view token, Done done) override {
    {
      MutexLock lock(mu_);
      if (keeps_back_) return (void)kept_.emplace_back(token, std::move(done));
    }
    done(Judge(std::string(token)));
  }

 private:
  absl::StatusOr<Identity> Judge(const std::string& token) const {
    MutexLock lock(mu_);
    const auto found = known_.find(token);
    if (found != known_.end()) return found->second;
    return Refusal(Reason::kUnauthenticated, token.empty() ? "a token is needed" : "a bad token");
  }

  mutable Mutex mu_;
  bool keeps_back_ ABSL_GUARDED_BY(mu_) = false;
  std::map<std::string, Identity> known_ ABSL_GUARDED_BY(mu_);
  std::vector<std::pair<std::string, Done>> kept_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling
