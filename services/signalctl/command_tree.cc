#include "services/signalctl/command_tree.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/nearest.h"
#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

[[noreturn]] void Refuse(std::string_view why) { throw CLI::ValidationError(std::string(why)); }

template <typename Number>
void TakeNumber(const std::string& text, Number* value) {
  if (!absl::SimpleAtoi(text, value)) Refuse("is not a number from 0 to 4294967295");
}

absl::Duration ReadDuration(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) Refuse("is not a duration, as 500ms, 10s or 1h30m");
  if (duration < absl::ZeroDuration()) Refuse("is negative");
  return duration;
}

// "-o,--output".
void SplitName(std::string_view name, Node::Option* option) {
  const std::size_t comma = name.find(',');
  option->name = name.substr(comma == std::string_view::npos ? 0 : comma + 1);
  if (comma != std::string_view::npos) option->short_name = name.substr(0, comma);
}

bool BeginsLikeAnOption(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

// What one may write at `node`, its own and, where it is not the root, the root's.
std::vector<std::string> OptionNames(const Node& node, const Node& root) {
  std::vector<std::string> names = {"--help"};
  for (const Node* one : {&node, &root}) {
    for (const Node::Option& option : one->options) {
      if (option.is_argument) continue;
      names.push_back(option.name);
      if (!option.negated.empty()) names.push_back(option.negated);
    }
  }
  return names;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& words) {
  const std::string nearest = Nearest(word, words);
  return nearest.empty() ? std::string() : absl::StrCat("; did you mean ", nearest, "?");
}

}  // namespace

const Node* Node::Find(std::string_view word) const {
  for (const auto& command : commands) {
    if (command->name == word) return command.get();
  }
  return nullptr;
}

void Command::AddOption(std::string_view name, std::string_view value, std::string_view help,
                        OptionInfo info, Take take, bool repeated) {
  Node::Option option;
  SplitName(name, &option);
  option.is_argument = name.front() != '-';
  option.value = info.words.empty() ? std::string(value) : absl::StrJoin(info.words, "|");
  if (info.is_file) option.value = "FILE";
  if (!info.value.empty()) option.value = info.value;
  if (option.is_argument) option.value.clear();
  option.help = help;
  option.info = info;
  CLI::Option* const added = app_->add_option(
      std::string(name),
      [take = std::move(take), words = info.words, is_file = info.is_file,
       shown = option.name](const CLI::results_t& texts) {
        for (const std::string& text : texts) {
          try {
            // What the API and tokens are made of; only names of files may be other bytes.
            if (!is_file && !IsUtf8(text)) Refuse("is not UTF-8");
            if (!words.empty() && std::find(words.begin(), words.end(), text) == words.end()) {
              Refuse(
                  absl::StrCat("is none of ", absl::StrJoin(words, ", "), DidYouMean(text, words)));
            }
            take(text);
          } catch (const CLI::ValidationError& error) {
            throw CLI::ValidationError(absl::StrCat(shown, " ", text, " ", error.what()));
          }
        }
        return true;
      },
      std::string(help));
  added->required(info.required)->type_size(1);
  if (repeated) added->expected(1, 1000)->take_all()->allow_extra_args(false);
  if (info.split) added->delimiter(',');
  if (!info.env.empty()) added->envname(std::string(info.env));
  node_->options.push_back(std::move(option));
}

void Command::Option(std::string_view name, std::string* value, std::string_view help,
                     OptionInfo info) {
  AddOption(name, "TEXT", help, std::move(info),
            [value](const std::string& text) { *value = text; });
}

void Command::Option(std::string_view name, std::optional<std::string>* value,
                     std::string_view help, OptionInfo info) {
  AddOption(name, "TEXT", help, std::move(info),
            [value](const std::string& text) { *value = text; });
}

void Command::Option(std::string_view name, std::uint32_t* value, std::string_view help,
                     OptionInfo info) {
  AddOption(name, "N", help, std::move(info),
            [value](const std::string& text) { TakeNumber(text, value); });
}

void Command::Option(std::string_view name, std::optional<std::uint32_t>* value,
                     std::string_view help, OptionInfo info) {
  AddOption(name, "N", help, std::move(info),
            [value](const std::string& text) { TakeNumber(text, &value->emplace()); });
}

void Command::Option(std::string_view name, double* value, std::string_view help, OptionInfo info) {
  AddOption(name, "N", help, std::move(info), [value](const std::string& text) {
    if (!absl::SimpleAtod(text, value) || !(*value >= 0)) Refuse("is not a number from 0 on");
  });
}

void Command::Option(std::string_view name, absl::Duration* value, std::string_view help,
                     OptionInfo info) {
  AddOption(name, "DURATION", help, std::move(info),
            [value](const std::string& text) { *value = ReadDuration(text); });
}

void Command::Option(std::string_view name, std::optional<absl::Duration>* value,
                     std::string_view help, OptionInfo info) {
  AddOption(name, "DURATION", help, std::move(info),
            [value](const std::string& text) { *value = ReadDuration(text); });
}

void Command::Option(std::string_view name, std::vector<std::string>* value, std::string_view help,
                     OptionInfo info) {
  AddOption(
      name, "TEXT", help, std::move(info),
      [value](const std::string& text) { value->push_back(text); }, /*repeated=*/true);
}

void Command::Switch(std::string_view name, bool* value, std::string_view help, OptionInfo info) {
  Node::Option option{.name = std::string(name), .help = std::string(help), .info = info};
  CLI::Option* const added = app_->add_flag(std::string(name), *value, std::string(help));
  if (!info.env.empty()) added->envname(std::string(info.env));
  node_->options.push_back(std::move(option));
}

void Command::Switch(std::string_view name, std::optional<bool>* value, std::string_view help) {
  const std::string negated = absl::StrCat("--no-", Absl(name.substr(2)));
  app_->add_flag_function(
      absl::StrCat(Absl(name), ",!", negated), [value](std::int64_t count) { *value = count > 0; },
      std::string(help));
  node_->options.push_back(
      {.name = std::string(name), .negated = negated, .help = std::string(help)});
}

void Command::Argument(std::string_view name, std::string* value, std::string_view help,
                       OptionInfo info) {
  AddOption(name, "", help, std::move(info), [value](const std::string& text) { *value = text; });
}

CommandTree::CommandTree(CommandInfo program)
    : app_(std::make_unique<CLI::App>(std::string(program.summary), std::string(program.name))) {
  root_.name = program.name;
  root_.path = program.name;
  root_.info = program;
  app_->fallthrough();
  app_->require_subcommand(1);
  app_->set_help_flag("-h,--help", "");
}

CommandTree::~CommandTree() = default;

Command CommandTree::root() { return {app_.get(), &root_}; }

CLI::App* CommandTree::Under(CLI::App* parent, Node* node, std::string_view name,
                             const CommandInfo& info) {
  auto made = std::make_unique<Node>();
  made->name = name;
  made->path = absl::StrCat(node->path, " ", Absl(name));
  made->info = info;
  node->commands.push_back(std::move(made));
  return parent->add_subcommand(std::string(name), std::string(info.summary));
}

void CommandTree::Group(std::string_view name, std::string_view summary) {
  Under(app_.get(), &root_, name, {.name = name, .summary = summary})->require_subcommand(1);
}

Command CommandTree::Add(const CommandInfo& info, Run run) {
  CLI::App* parent = app_.get();
  Node* above = &root_;
  std::string_view name = info.name;
  if (const std::size_t space = name.find(' '); space != std::string_view::npos) {
    const std::string group(name.substr(0, space));
    parent = app_->get_subcommand(group);
    for (const auto& command : root_.commands) {
      if (command->name == group) above = command.get();
    }
    name.remove_prefix(space + 1);
  }
  CLI::App* const app = Under(parent, above, name, info);
  app->require_subcommand(0);
  app->callback([this, run = std::move(run)] { chosen_ = run; });
  return {app, above->commands.back().get()};
}

absl::StatusOr<CommandTree::Parsed> CommandTree::Parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const Node* node = &root_;
    for (const CLI::App* app = app_.get(); !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      node = node->Find(app->get_name());
    }
    return Parsed{.run = nullptr, .node = node};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();  // "--limit: 1 required N missing"
    const std::string name = what.substr(0, what.find(':'));
    return Explain(absl::StrCat(
        name, absl::EndsWith(what, "missing") ? " needs a value" : " is given more than once"));
  } catch (const CLI::ParseError& error) {
    return Explain(error.what());
  }
  return Parsed{.run = chosen_, .node = nullptr};
}

// What CLI11 found, in our words where the words of the command line say more.
absl::Status CommandTree::Explain(const std::string& what) const {
  const Node* node = &root_;
  const CLI::App* app = app_.get();
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    node = node->Find(app->get_name());
  }
  const std::vector<std::string> left = app_->remaining(/*recurse=*/true);
  const std::string help = absl::StrCat("; see ", node->path, " --help");
  for (const std::string& word : left) {
    if (!BeginsLikeAnOption(word)) continue;
    const std::string name = word.substr(0, word.find('='));
    const std::string meant = DidYouMean(name, OptionNames(*node, root_));
    // Ids are base64url: one in 64 begins like that.
    const bool may_be_id = word[1] != '-' && word.size() > 3;
    return Fail(ExitCode::kUsage,
                absl::StrCat(name, ": unknown option",
                             may_be_id ? "; a value that begins with - stands behind --" : "",
                             meant.empty() ? help : meant));
  }
  if (!node->commands.empty()) {
    std::vector<std::string> names;
    for (const auto& command : node->commands) names.push_back(command->name);
    if (left.empty()) {
      return Fail(ExitCode::kUsage,
                  absl::StrCat("a command is missing: one of ", absl::StrJoin(names, ", "), help));
    }
    const std::string meant = DidYouMean(left.front(), names);
    const std::string path = node == &root_ ? std::string() : node->name + " ";
    return Fail(ExitCode::kUsage, absl::StrCat(path, left.front(), ": unknown command",
                                               meant.empty() ? help : meant));
  }
  if (!left.empty()) {
    return Fail(ExitCode::kUsage, absl::StrCat(left.front(), ": one word too many", help));
  }
  return Fail(ExitCode::kUsage, absl::StrCat(absl::StrJoin(absl::StrSplit(what, '\n'), " "), help));
}

}  // namespace signaling::ctl
