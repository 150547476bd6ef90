#include "absl/status/status.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"

namespace signaling::ctl {

void AddVersion(CommandTree& tree) {
  tree.Add({.name = "version",
            .summary = "Prints the version of signalctl.",
            .example = "signalctl version"},
           [](Context& context) {
             if (context.options.json()) {
               context.out << R"({"version":")" SIGNALING_VERSION R"("})"
                           << "\n";
             } else {
               context.out << SIGNALING_VERSION << "\n";
             }
             return absl::OkStatus();
           });
}

}  // namespace signaling::ctl
