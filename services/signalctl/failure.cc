#include "services/signalctl/failure.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

constexpr char kPayload[] = "signalctl/exit-code";

}  // namespace

absl::Status Fail(ExitCode code, std::string_view words) {
  absl::Status status(absl::StatusCode::kUnknown, Absl(words));
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(code))));
  return status;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  const auto payload = status.GetPayload(kPayload);
  int code = 0;
  if (payload && absl::SimpleAtoi(std::string(*payload), &code)) return static_cast<ExitCode>(code);
  return ExitCode::kUsage;
}

}  // namespace signaling::ctl
