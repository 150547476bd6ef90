// What the log says about a file that is read again when it changes.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace signaling {

// `tls_renewed` at each change, `tls_not_renewed` once for each reason: what cannot be used is tried again every second;
// `tls_certificate_ends` where that is near. Not thread-safe; owned by who reads the file, used on the thread that watches it.
class RenewalLog {
 public:
  explicit RenewalLog(std::string what) : what_(std::move(what)) {}

  // At the start; `not_after` is when what the file holds ends, where it does.
  void Began(absl::Time not_after) const;
  // The file could be used.
  void Took(bool changed, absl::Time not_after = absl::InfiniteFuture());
  // It could not, and what there was stays in use.
  void Failed(const absl::Status& status);

 private:
  const std::string what_;
  std::string error_;  // as it was logged; empty: the last reading was good
};

// Why an operator should look after what ends at `not_after`; empty where there is no reason.
std::string EndWarning(absl::Time not_after, absl::Time now);

}  // namespace signaling
