// A URL that answers when a test says so.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/common/mutex.h"
#include "services/signaling/auth/key_fetcher.h"

namespace signaling::auth {

// Thread-safe. What the fetcher was asked outlives it, for the test to look at.
class FakeUrl {
 public:
  std::unique_ptr<KeyFetcher> Fetcher() { return std::make_unique<FakeFetcher>(*this); }

  int asked() const {
    MutexLock lock(mu_);
    return static_cast<int>(etags_.size());
  }
  std::string last_etag() const {
    MutexLock lock(mu_);
    return etags_.back();
  }

  // False: nobody has asked.
  bool Answer(absl::StatusOr<FetchedKeys> keys) {
    KeyFetcher::Done done;
    {
      MutexLock lock(mu_);
      done.swap(done_);
    }
    if (!done) return false;
    done(std::move(keys));
    return true;
  }

 private:
  class FakeFetcher final : public KeyFetcher {
   public:
    explicit FakeFetcher(FakeUrl& url) : url_(url) {}
    ~FakeFetcher() override { url_.Answer(absl::UnavailableError("it ends")); }
    void Fetch(const std::string& etag, Done done) override {
      MutexLock lock(url_.mu_);
      url_.etags_.push_back(etag);
      if (url_.done_) std::abort();  // two at a time
      url_.done_ = std::move(done);
    }

   private:
    FakeUrl& url_;
  };

  mutable Mutex mu_;
  std::vector<std::string> etags_ ABSL_GUARDED_BY(mu_);
  KeyFetcher::Done done_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling::auth
