// The keys there are now, from the file and from the URL. What cannot be used leaves what there is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/common/mutex.h"
#include "services/signaling/auth/probe.h"
#include "services/signaling/auth/verifier.h"

namespace signaling::auth {

// Thread-safe.
class KeyRing {
 public:
  explicit KeyRing(Probe& probe) : probe_(probe) {}

  KeySets Keys() const;
  bool Has(KeySource source) const;

  // Replaces those of the source where they are others, or logs why not (once for each reason) and says it.
  absl::Status Take(KeySource source, absl::StatusOr<std::shared_ptr<const KeySet>> keys);
  // The source was asked and has nothing new.
  void Confirm(KeySource source);

 private:
  struct Source {
    std::shared_ptr<const KeySet> keys;  // null: there were none yet
    std::string error;                   // of the last try, as it was logged
  };

  Source& Of(KeySource source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return source == KeySource::kFile ? file_ : url_;
  }

  // Constant after construction.
  Probe& probe_;

  mutable Mutex mu_;
  Source file_ ABSL_GUARDED_BY(mu_);
  Source url_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling::auth
