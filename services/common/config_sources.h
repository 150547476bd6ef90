// Where a configuration comes from: flags before environment before a file, all with the same names. Functions of their
// arguments, but for the one that reads the file.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/common/settings.h"

namespace signaling {

struct ConfigSources {
  std::vector<Assignment> flags;
  std::vector<Assignment> environment;
  std::string file;   // empty: there is none
  std::string named;  // where the file is named: "--config" or "SIGNALING_CONFIG"
  // Variables that Kubernetes sets for a Service whose name begins with "signaling": no configuration.
  std::vector<std::string> service_links;
};

// What the process is to do.
enum class Command : std::uint8_t { kRun, kHelp, kMarkdown, kVersion, kCheck, kPrint };

struct CommandLine {
  Command command = Command::kRun;
  ConfigSources sources;
};

// Reads `--name=value`, `--name value`, `--name` and `--noname` (of switches), and variables SIGNALING_NAME. An unknown flag
// or variable, or a word that belongs to no flag, is invalid; values are not looked at. Of a flag that is there more than
// once the last one counts. `environment` ends with a null.
absl::StatusOr<CommandLine> ReadCommandLine(const Settings& settings, int argc,
                                            const char* const* argv,
                                            const char* const* environment);

// The text of the file, of at most 64 KiB; empty where there is none. The error names the flag or the variable.
absl::StatusOr<std::string> ReadConfigFile(const ConfigSources& sources);

// Sets `settings` from the sources. Each value is looked at, also one that another takes precedence of.
absl::Status ReadSources(const ConfigSources& sources, const std::string& file_text,
                         Settings* settings);

// The variable of a setting: SIGNALING_MAX_CONNECTIONS.
std::string VariableOf(std::string_view setting);

}  // namespace signaling
