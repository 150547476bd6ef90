#include "services/signalctl/cli.h"

#include <string>

#include "services/signalctl/command_tree.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/help.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

void AddGlobalOptions(Command root, GlobalOptions* options) {
  root.Option("--service", &options->service, "Where the service is (127.0.0.1:50051).",
              {.env = "SIGNALCTL_SERVICE", .value = "HOST:PORT"});
  root.Option(
      "--ca", &options->ca,
      "PEM file with the CAs that the service's certificate is checked with. Not given: no TLS.",
      {.env = "SIGNALCTL_CA", .is_file = true});
  root.Option("--cert", &options->cert, "PEM file with a client certificate.",
              {.env = "SIGNALCTL_CERT", .is_file = true});
  root.Option("--key", &options->key, "PEM file with its private key.",
              {.env = "SIGNALCTL_KEY", .is_file = true});
  root.Option("--server-name", &options->server_name,
              "The name in the service's certificate, where it is not the host of --service.",
              {.env = "SIGNALCTL_SERVER_NAME", .value = "NAME"});
  root.Option("--token-file", &options->token_file,
              "File with the token to show. SIGNALCTL_TOKEN may hold the token itself.",
              {.env = "SIGNALCTL_TOKEN_FILE", .is_file = true});
  root.Option("-o,--output", &options->output, "For people (table), or for programs.",
              {.env = "SIGNALCTL_OUTPUT", .words = {"table", "json"}});
  root.Option("--timeout", &options->timeout,
              "How long to wait for an answer (10s), as 500ms or 1m30s.",
              {.env = "SIGNALCTL_TIMEOUT"});
  root.Switch("--no-header", &options->no_header, "Tables without their headings.",
              {.env = "SIGNALCTL_NO_HEADER"});
}

int Complain(const absl::Status& status, const Streams& streams) {
  // Without words the command has said itself why the answer is no.
  if (!status.message().empty()) {
    streams.err << "signalctl: " << Printable(std::string(status.message())) << "\n";
  }
  return static_cast<int>(ExitCodeOf(status));
}

}  // namespace

int RunCli(int argc, const char* const* argv, const Streams& streams) {
  CommandTree tree(
      {.name = "signalctl",
       .summary = "Asks a signaling system what it is doing, and tells it what to do.",
       .example =
           "signalctl rooms list\n"
           "signalctl --service signaling:50051 --token-file admin.jwt sessions list -o json"});
  GlobalOptions options;
  AddGlobalOptions(tree.root(), &options);
  AddCommands(tree);

  const absl::StatusOr<CommandTree::Parsed> parsed = tree.Parse(argc, argv);
  if (!parsed.ok()) return Complain(parsed.status(), streams);
  if (!parsed->run) {
    streams.out << Help(*parsed->node, tree.nodes());
    return static_cast<int>(ExitCode::kDone);
  }
  if (options.timeout == absl::ZeroDuration()) {
    return Complain(Fail(ExitCode::kUsage, "--timeout 0: nobody can answer in no time"), streams);
  }
  Context context(options, streams);
  absl::Status status = parsed->run(context);
  streams.out.flush();
  if (status.ok() && !streams.out) {
    status = Fail(ExitCode::kRefused, "standard output cannot be written to");
  }
  return Complain(status, streams);
}

}  // namespace signaling::ctl
