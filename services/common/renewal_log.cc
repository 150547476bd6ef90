#include "services/common/renewal_log.h"

#include "absl/time/clock.h"
#include "services/common/log.h"

namespace signaling {
namespace {

constexpr absl::Duration kSoon = absl::Hours(7 * 24);

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

std::string EndWarning(absl::Time not_after, absl::Time now) {
  if (not_after <= now) return "has ended";
  if (not_after - now <= kSoon) return "ends within 7 days";
  return "";
}

void RenewalLog::Began(absl::Time not_after) const {
  const std::string warning = EndWarning(not_after, absl::Now());
  if (warning.empty()) return;
  log::Warning("tls_certificate_ends",
               {{"what", what_}, {"error", warning}, {"not_after", Utc(not_after)}});
}

void RenewalLog::Took(bool changed, absl::Time not_after) {
  error_.clear();
  if (!changed) return;
  if (not_after == absl::InfiniteFuture()) return log::Info("tls_renewed", {{"what", what_}});
  log::Info("tls_renewed", {{"what", what_}, {"not_after", Utc(not_after)}});
  Began(not_after);
}

void RenewalLog::Failed(const absl::Status& status) {
  std::string error(status.message());
  if (error == error_) return;
  log::Error("tls_not_renewed", {{"what", what_}, {"error", error}});
  error_ = std::move(error);
}

}  // namespace signaling
