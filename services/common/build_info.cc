#include "services/common/build_info.h"

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling {

const BuildInfo& Build() {
  static constexpr BuildInfo kBuild = {
      .version = SIGNALING_VERSION, .revision = SIGNALING_REVISION, .compiler = SIGNALING_COMPILER};
  return kBuild;
}

std::string VersionText() {
  return absl::StrCat(Absl(Build().version), " (", Absl(Build().revision), ")");
}

}  // namespace signaling
