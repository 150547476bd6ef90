#include "services/common/config_start.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/build_info.h"
#include "services/common/log.h"
#include "services/common/text.h"

namespace signaling {
namespace {

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

std::vector<SettingValue> ValuesOf(const Settings& settings) {
  std::vector<SettingValue> values;
  for (const Setting& setting : settings.all()) {
    values.push_back({setting.name(), setting.text(), setting.reloads()});
  }
  return values;
}

void WarnOfServiceLinks(const ConfigSources& sources) {
  if (sources.service_links.empty()) return;
  log::Warning(
      "service_links_ignored",
      {{"variables", absl::StrJoin(sources.service_links, ",")},
       {"error",
        "Kubernetes sets these for a Service whose name begins with signaling; they configure "
        "nothing. enableServiceLinks: false keeps them away"}});
}

bool AnswersHelp(Command command, const Settings& settings, std::string_view about) {
  switch (command) {
    case Command::kHelp: Print(HelpText(settings, about)); return true;
    case Command::kMarkdown: Print(HelpMarkdown(settings)); return true;
    case Command::kVersion: Print(VersionText() + "\n"); return true;
    case Command::kRun:
    case Command::kCheck:
    case Command::kPrint: break;
  }
  return false;
}

bool AnswersConfig(Command command, const std::string& text, std::string_view about) {
  if (command == Command::kCheck) Print("ok\n");
  if (command == Command::kPrint) Print(absl::StrCat("# ", Absl(about), "\n", text));
  return command == Command::kCheck || command == Command::kPrint;
}

}  // namespace signaling
