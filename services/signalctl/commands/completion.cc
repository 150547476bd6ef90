#include "services/signalctl/completion.h"

#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"

namespace signaling::ctl {

void AddCompletion(CommandTree& tree) {
  auto shell = std::make_shared<std::string>();
  Command command =
      tree.Add({.name = "completion",
                .summary = "Prints a script that completes signalctl's command lines in a shell.",
                .example = "source <(signalctl completion bash)\n"
                           "source <(signalctl completion zsh)\n"
                           "signalctl completion fish > ~/.config/fish/completions/signalctl.fish",
                .columns = "The script. It has all commands and options, and asks nobody."},
               [shell, &tree](Context& context) {
                 context.out << (*shell == "bash"  ? BashCompletion(tree.nodes())
                                 : *shell == "zsh" ? ZshCompletion(tree.nodes())
                                                   : FishCompletion(tree.nodes()));
                 return absl::OkStatus();
               });
  command.Argument("SHELL", shell.get(), "bash, zsh or fish.",
                   {.words = {"bash", "zsh", "fish"}, .required = true});
}

}  // namespace signaling::ctl
