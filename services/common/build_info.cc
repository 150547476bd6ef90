#include "services/common/build_info.h"

namespace signaling {

const BuildInfo& Build() {
  static constexpr BuildInfo kBuild = {
      .version = SIGNALING_VERSION, .revision = SIGNALING_REVISION, .compiler = SIGNALING_COMPILER};
  return kBuild;
}

}  // namespace signaling
