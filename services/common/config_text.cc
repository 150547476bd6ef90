#include "services/common/config_text.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/common/config_sources.h"
#include "services/common/json_text.h"
#include "services/common/text.h"

namespace signaling {
namespace {

constexpr char kAlways[] =
    "  --config PATH\n"
    "      file with settings, one `name: value` a line in YAML; SIGNALING_CONFIG names it "
    "likewise\n"
    "  --check_config\n"
    "      read all that a start would read, say ok or what is wrong, and end\n"
    "  --print_config\n"
    "      print the settings as a file for --config, each with where it comes from, and end\n"
    "  --help, --version\n"
    "      print that, and end\n";

// YAML reads JSON's strings (YAML 1.2.2, section 1.3), so nothing in a value can be taken for syntax.
std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(quoted, text);
  return quoted;
}

std::string Yaml(const Setting& setting) {
  const std::string text = Redacted(setting.text());
  switch (setting.kind()) {
    case Setting::Kind::kNumber:
    case Setting::Kind::kDuration:
    case Setting::Kind::kSwitch: return text;
    case Setting::Kind::kText: return Quoted(text);
    case Setting::Kind::kList: break;
  }
  std::vector<std::string> items;
  if (!text.empty()) items = absl::StrSplit(text, ',');
  for (std::string& item : items) item = Quoted(item);
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

std::string Code(std::string_view text) {
  return text.empty() ? "" : absl::StrCat("`", Absl(text), "`");
}

// Numbers, times and their words as they are; a list of words in code would be in the way of reading.
std::string Cell(std::string_view text) { return absl::StrReplaceAll(Absl(text), {{"|", "\\|"}}); }

}  // namespace

std::string HelpText(const Settings& settings, std::string_view about) {
  std::string help = absl::StrCat(Absl(about),
                                  "\n\nA flag comes before the variable SIGNALING_ with its name "
                                  "in capitals, and that before the "
                                  "file of --config.\nThose that are reloaded change without a "
                                  "restart, when the file does or on "
                                  "SIGHUP.\n\nFlags:\n",
                                  kAlways);
  for (const Setting* setting : settings.Sorted()) {
    std::vector<std::string> facts;
    if (!setting->default_text().empty()) {
      facts.push_back(absl::StrCat("default: ", setting->default_text()));
    }
    if (!setting->values().empty()) facts.push_back(setting->values());
    if (setting->reloads()) facts.emplace_back("reloaded");
    absl::StrAppend(&help, "  --", setting->name(), facts.empty() ? "" : " (",
                    absl::StrJoin(facts, "; "), facts.empty() ? "" : ")", "\n      ",
                    absl::StrReplaceAll(setting->help(), {{"`", ""}}), "\n");
  }
  return help;
}

std::string HelpMarkdown(const Settings& settings) {
  std::string table = "| flag | variable | default | may be | |\n| --- | --- | --- | --- | --- |\n";
  for (const Setting& setting : settings.all()) {
    absl::StrAppend(&table, "| `--", setting.name(), "` | `", VariableOf(setting.name()), "` | ",
                    Code(setting.default_text()), " | ", Cell(setting.values()), " | ",
                    Cell(setting.help()), setting.reloads() ? ". **Reloaded**" : "", " |\n");
  }
  return table;
}

std::string ConfigText(const Settings& settings) {
  std::string file;
  for (const Setting& setting : settings.all()) {
    absl::StrAppend(&file, setting.name(), ": ", Yaml(setting), "  # ",
                    setting.where().empty() ? "default" : absl::CEscape(setting.where()), "\n");
  }
  return file;
}

}  // namespace signaling
