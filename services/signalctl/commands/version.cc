#include "absl/status/status.h"
#include "services/common/build_info.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"

namespace signaling::ctl {

void AddVersion(CommandTree& tree) {
  tree.Add({.name = "version",
            .summary = "Prints the version of signalctl, and the revision that it was built from.",
            .example = "signalctl version"},
           [](Context& context) {
             if (context.options.json()) {
               context.out << R"({"version":")" << Build().version << R"(","revision":")"
                           << Build().revision << "\"}\n";
             } else {
               context.out << VersionText() << "\n";
             }
             return absl::OkStatus();
           });
}

}  // namespace signaling::ctl
