#include "services/common/renewal_log.h"

#include "services/common/log.h"

namespace signaling {

void RenewalLog::Took(bool changed, absl::Time not_after) {
  error_.clear();
  if (!changed) return;
  if (not_after == absl::InfiniteFuture()) return log::Info("tls_renewed", {{"what", what_}});
  log::Info("tls_renewed",
            {{"what", what_},
             {"not_after", absl::FormatTime(absl::RFC3339_sec, not_after, absl::UTCTimeZone())}});
}

void RenewalLog::Failed(const absl::Status& status) {
  std::string error(status.message());
  if (error == error_) return;
  log::Error("tls_not_renewed", {{"what", what_}, {"error", error}});
  error_ = std::move(error);
}

}  // namespace signaling
