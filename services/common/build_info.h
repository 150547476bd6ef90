// What this binary was made of. Constants.
#pragma once

#include <string>
#include <string_view>

namespace signaling {

struct BuildInfo {
  std::string_view version;  // semantic
  std::string_view
      revision;  // of git, when the build was configured; "unknown" outside a working tree
  std::string_view compiler;  // "GNU 12.2.0"
};

const BuildInfo& Build();

// What --version says: "0.1.0 (0123456789ab)".
std::string VersionText();

}  // namespace signaling
