#include "services/common/config_sources.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/config_file.h"
#include "services/common/small_file.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr std::string_view kPrefix = "SIGNALING_";
constexpr std::string_view kConfig = "config";
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024;

absl::Status Invalid(std::string_view what, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Absl(what), ": ", Absl(why)));
}

std::optional<Command> CommandOf(std::string_view word) {
  constexpr std::pair<std::string_view, Command> kCommands[] = {
      {"--help", Command::kHelp},
      {"-h", Command::kHelp},
      {"--help=markdown", Command::kMarkdown},
      {"--version", Command::kVersion},
      {"--check_config", Command::kCheck},
      {"--print_config", Command::kPrint},
  };
  for (const auto& [name, command] : kCommands) {
    if (name == word) return command;
  }
  return std::nullopt;
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// What Kubernetes sets in each container for each Service of the namespace (enableServiceLinks), here for one whose name
// begins with "signaling": SIGNALING_SERVICE_HOST, SIGNALING_SERVICE_PORT, SIGNALING_SERVICE_PORT_GRPC,
// SIGNALING_PORT=tcp://10.0.0.1:50051, SIGNALING_PORT_50051_TCP, …_TCP_PROTO, …_TCP_PORT, …_TCP_ADDR. No setting takes a value
// like these, so nothing that was meant for us is passed over.
bool IsServiceLink(std::string_view name, std::string_view value) {
  const std::vector<absl::string_view> words = absl::StrSplit(Absl(name), '_');
  const std::size_t count = words.size();
  const bool is_url = absl::StartsWith(Absl(value), "tcp://") ||
                      absl::StartsWith(Absl(value), "udp://") ||
                      absl::StartsWith(Absl(value), "sctp://");
  if (words.back() == "PORT" && is_url) return true;
  for (std::size_t i = 1; i + 1 < count; ++i) {
    if (words[i] == "SERVICE" && words[i + 1] == "HOST" && i + 2 == count) return true;
    if (words[i] == "SERVICE" && words[i + 1] == "PORT" && IsNumber(Absl(value))) return true;
    if (words[i] == "PORT" && IsNumber(words[i + 1]) && i + 2 < count &&
        (words[i + 2] == "TCP" || words[i + 2] == "UDP" || words[i + 2] == "SCTP")) {
      return true;
    }
  }
  return false;
}

// One flag, and how many words it takes.
absl::Status ReadFlag(const Settings& settings, int argc, const char* const* argv, int* i,
                      ConfigSources* sources) {
  std::string_view word = argv[*i];
  if (!word.starts_with("--")) return Invalid(word, "not a flag; see --help");
  const std::string_view flag = word.substr(0, word.find('='));
  std::string name(flag.substr(2));
  std::optional<std::string> value;
  if (flag.size() < word.size()) value = word.substr(flag.size() + 1);

  const Setting* setting = settings.Find(name);
  const bool is_file = name == kConfig;
  if (setting == nullptr && !is_file) {
    setting = name.starts_with("no") && !value ? settings.Find(name.substr(2)) : nullptr;
    if (setting == nullptr || setting->kind() != Setting::Kind::kSwitch) {
      return Invalid(flag, "unknown flag; see --help");
    }
    name.erase(0, 2);
    value = "false";
  } else if (!value && !is_file && setting->kind() == Setting::Kind::kSwitch) {
    value = "true";
  } else if (!value && *i + 1 < argc) {
    value = argv[++*i];
  } else if (!value) {
    return Invalid(flag, "needs a value");
  }
  if (is_file) {
    sources->file = *std::move(value);
    sources->named = flag;
  } else {
    sources->flags.push_back({std::move(name), *std::move(value), std::string(flag)});
  }
  return absl::OkStatus();
}

absl::Status ReadVariable(const Settings& settings, std::string_view name, std::string_view value,
                          ConfigSources* sources) {
  if (!name.starts_with(kPrefix)) return absl::OkStatus();
  if (IsServiceLink(name, value)) {
    sources->service_links.emplace_back(name);
    return absl::OkStatus();
  }
  const std::string setting = absl::AsciiStrToLower(Absl(name.substr(kPrefix.size())));
  if (VariableOf(setting) != name || (setting != kConfig && settings.Find(setting) == nullptr)) {
    return Invalid(name, "unknown variable: each flag of --help has one, SIGNALING_ and its name");
  }
  if (setting == kConfig) {
    sources->file = value;
    sources->named = name;
  } else {
    sources->environment.push_back({setting, std::string(value), std::string(name)});
  }
  return absl::OkStatus();
}

}  // namespace

std::string VariableOf(std::string_view setting) {
  return absl::StrCat(Absl(kPrefix), absl::AsciiStrToUpper(Absl(setting)));
}

absl::StatusOr<CommandLine> ReadCommandLine(const Settings& settings, int argc,
                                            const char* const* argv,
                                            const char* const* environment) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    // Asked for help, nobody wants to hear what else is wrong.
    const std::optional<Command> command = CommandOf(argv[i]);
    if (!command || *command == Command::kCheck || *command == Command::kPrint) continue;
    line.command = *command;
    return line;
  }
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    const std::string_view name = variable.substr(0, variable.find('='));
    const std::string_view value = variable.substr(std::min(name.size() + 1, variable.size()));
    if (absl::Status status = ReadVariable(settings, name, value, &line.sources); !status.ok()) {
      return status;
    }
  }
  for (int i = 1; i < argc; ++i) {
    if (const std::optional<Command> command = CommandOf(argv[i])) {
      line.command = *command;
      continue;
    }
    if (absl::Status status = ReadFlag(settings, argc, argv, &i, &line.sources); !status.ok()) {
      return status;
    }
  }
  return line;
}

absl::StatusOr<std::string> ReadConfigFile(const ConfigSources& sources) {
  if (sources.file.empty()) return std::string();
  absl::StatusOr<std::string> text = ReadSmallFile(sources.file, kMaxFileBytes);
  if (text.ok()) return text;
  return Invalid(sources.named, std::string(text.status().message()));
}

absl::Status ReadSources(const ConfigSources& sources, const std::string& file_text,
                         Settings* settings) {
  absl::StatusOr<std::vector<Assignment>> all = ParseConfigFile(file_text, sources.file);
  if (!all.ok()) return all.status();
  all->insert(all->end(), sources.environment.begin(), sources.environment.end());
  all->insert(all->end(), sources.flags.begin(), sources.flags.end());
  for (const Assignment& assignment : *all) {
    if (absl::Status status = settings->Set(assignment); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace signaling
