// How a process comes to its configuration. A Config is a struct of settings with their defaults; beside it stand
//   void Declare(Config& config, Settings& settings);  // each setting, bound to its member
//   absl::Status Validate(Config* config);             // what has to fit together, and follows; reads no file
//   absl::Status ReadFiles(Config* config);            // those that the settings name: of the start and --check_config
#pragma once

#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/common/config_sources.h"
#include "services/common/config_text.h"
#include "services/common/flags.h"
#include "services/common/settings.h"

namespace signaling {

// A setting as it stands.
struct SettingValue {
  std::string name;
  std::string text;
  bool reloads;
};
std::vector<SettingValue> ValuesOf(const Settings& settings);

template <typename Config>
struct LoadedConfig {
  Config config;
  std::vector<SettingValue> values;  // as they were declared
  std::string text;                  // as ConfigText writes it
};

// From the sources alone.
template <typename Config>
absl::StatusOr<LoadedConfig<Config>> LoadConfig(const ConfigSources& sources,
                                                const std::string& file_text) {
  LoadedConfig<Config> loaded;
  Settings settings;
  Declare(loaded.config, settings);
  absl::Status status = ReadSources(sources, file_text, &settings);
  if (status.ok()) status = Validate(&loaded.config);
  if (!status.ok()) return status;
  loaded.values = ValuesOf(settings);
  loaded.text = ConfigText(settings);
  return loaded;
}

// What a process begins with.
template <typename Config>
struct StartConfig {
  std::optional<int> exit_code;  // it was asked for something else than to run, or cannot
  ConfigSources sources;
  std::string file_text;  // as it was read
  LoadedConfig<Config> loaded;
};

// Answers --help and --version; false: that was not asked for.
bool AnswersHelp(Command command, const Settings& settings, std::string_view about);
// Answers --check_config and --print_config, once all is well.
bool AnswersConfig(Command command, const std::string& text, std::string_view about);

// Once the log can be written.
void WarnOfServiceLinks(const ConfigSources& sources);

// Reads the command line, and does what it asks for, but for running. `about`: the program and what it is for.
template <typename Config>
StartConfig<Config> ReadStart(int argc, char** argv, std::string_view about) {
  StartConfig<Config> start;
  const auto refuse = [&start](const absl::Status& status) {
    start.exit_code = RefuseStart(status);
    return std::move(start);
  };
  Config defaults;
  Settings settings;
  Declare(defaults, settings);
  absl::StatusOr<CommandLine> line = ReadCommandLine(settings, argc, argv, environ);
  if (!line.ok()) return refuse(line.status());
  if (AnswersHelp(line->command, settings, about)) {
    start.exit_code = 0;
    return start;
  }
  start.sources = std::move(line->sources);
  absl::StatusOr<std::string> text = ReadConfigFile(start.sources);
  if (!text.ok()) return refuse(text.status());
  start.file_text = *std::move(text);
  auto loaded = LoadConfig<Config>(start.sources, start.file_text);
  if (!loaded.ok()) return refuse(loaded.status());
  start.loaded = *std::move(loaded);
  // What a configuration says can be seen where its files are not.
  if (line->command != Command::kPrint) {
    if (const absl::Status status = ReadFiles(&start.loaded.config); !status.ok()) {
      return refuse(status);
    }
  }
  if (AnswersConfig(line->command, start.loaded.text, about)) start.exit_code = 0;
  return start;
}

}  // namespace signaling
