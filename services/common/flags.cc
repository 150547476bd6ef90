#include "services/common/flags.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/common/build_info.h"
#include "services/common/text.h"

namespace signaling {
namespace {

bool IsOurs(const absl::CommandLineFlag& flag) {
  return !absl::StrContains(flag.Filename(), "absl/");
}

absl::CommandLineFlag* Find(std::string_view name) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(Absl(name));
  return flag != nullptr && IsOurs(*flag) ? flag : nullptr;
}

void PrintHelp(std::string_view usage) {
  std::map<std::string, absl::CommandLineFlag*> sorted;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsOurs(*flag)) sorted.emplace(std::string(name), flag);
  }
  std::printf("%s\n\nFlags:\n", std::string(usage).c_str());
  for (const auto& [name, flag] : sorted) {
    std::printf("  --%s (default: %s)\n      %s\n", name.c_str(), flag->DefaultValue().c_str(),
                flag->Help().c_str());
  }
}

absl::Status Set(absl::CommandLineFlag& flag, std::string_view value) {
  std::string error;
  if (flag.ParseFrom(Absl(value), &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", flag.Name(), "=", Absl(value), ": ",
                                                 error.empty() ? "not a valid value" : error));
}

}  // namespace

absl::Status ParseFlags(int argc, char** argv, std::string_view usage) {
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--help" || word == "-h") {
      PrintHelp(usage);
      std::exit(0);
    }
    if (word == "--version") {
      std::printf("%s\n", VersionText().c_str());
      std::exit(0);
    }
    if (!word.starts_with("--")) {
      return absl::InvalidArgumentError(absl::StrCat(Absl(word), ": not a flag; see --help"));
    }
    word.remove_prefix(2);
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    absl::CommandLineFlag* flag = Find(name);
    absl::Status status;
    if (flag != nullptr && equals != std::string_view::npos) {
      status = Set(*flag, word.substr(equals + 1));
    } else if (flag != nullptr && flag->IsOfType<bool>()) {
      status = Set(*flag, "true");
    } else if (flag != nullptr && i + 1 < argc) {
      status = Set(*flag, argv[++i]);
    } else if (flag != nullptr) {
      status = absl::InvalidArgumentError(absl::StrCat("--", Absl(name), ": needs a value"));
    } else if (absl::CommandLineFlag* negated =
                   name.starts_with("no") ? Find(name.substr(2)) : nullptr;
               negated != nullptr && negated->IsOfType<bool>() &&
               equals == std::string_view::npos) {
      status = Set(*negated, "false");
    } else {
      status =
          absl::InvalidArgumentError(absl::StrCat("--", Absl(name), ": unknown flag; see --help"));
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

int RefuseStart(const absl::Status& status) {
  std::string line(status.message());
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  std::fprintf(stderr, "%s\n", line.c_str());
  return 2;
}

}  // namespace signaling
