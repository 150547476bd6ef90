#include "services/signalctl/help.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxLeft = 30;  // columns; what is wider gets a line of its own

void AppendPairs(std::string& out, const Lines& lines) {
  std::size_t width = 0;
  for (const auto& [left, right] : lines) {
    if (left.size() <= kMaxLeft) width = std::max(width, left.size());
  }
  for (const auto& [left, right] : lines) {
    absl::StrAppend(&out, "  ", left);
    if (left.size() > width) absl::StrAppend(&out, "\n  ", std::string(width, ' '));
    absl::StrAppend(&out, std::string(left.size() > width ? 0 : width - left.size(), ' '), "  ",
                    right, "\n");
  }
}

void AppendText(std::string& out, std::string_view heading, std::string_view text) {
  if (text.empty()) return;
  absl::StrAppend(&out, "\n", Absl(heading), "\n");
  for (const absl::string_view line : absl::StrSplit(Absl(text), '\n')) {
    absl::StrAppend(&out, "  ", line, "\n");
  }
}

std::string Left(const Node::Option& option) {
  std::string left;
  if (!option.short_name.empty()) absl::StrAppend(&left, option.short_name, ", ");
  left += option.name;
  if (!option.negated.empty()) absl::StrAppend(&left, ", ", option.negated);
  if (!option.value.empty()) absl::StrAppend(&left, " ", option.value);
  return left;
}

std::string Right(const Node::Option& option) {
  std::string right = option.help;
  if (option.info.required && !option.is_argument) right += " Required.";
  if (!option.info.env.empty()) absl::StrAppend(&right, " [", Absl(option.info.env), "]");
  return right;
}

Lines Of(const Node& node, bool arguments) {
  Lines lines;
  for (const Node::Option& option : node.options) {
    if (option.is_argument == arguments) lines.emplace_back(Left(option), Right(option));
  }
  return lines;
}

std::string Usage(const Node& node) {
  std::string usage = node.path;
  if (!node.commands.empty()) return usage + " COMMAND";
  for (const Node::Option& option : node.options) {
    const std::string word =
        option.is_argument ? option.name : absl::StrCat(option.name, " ", option.value);
    if (option.info.required) absl::StrAppend(&usage, " ", word);
    if (!option.info.required && option.is_argument) absl::StrAppend(&usage, " [", word, "]");
  }
  const bool has_more =
      std::any_of(node.options.begin(), node.options.end(),
                  [](const auto& option) { return !option.is_argument && !option.info.required; });
  return has_more ? usage + " [OPTIONS]" : usage;
}

}  // namespace

std::string Help(const Node& node, const Node& root) {
  std::string out = absl::StrCat(Absl(node.info.summary), "\n\n  ", Usage(node), "\n");
  AppendText(out, node.commands.empty() ? "Example:" : "Examples:", node.info.example);
  if (!node.commands.empty()) {
    Lines lines;
    for (const auto& command : node.commands) {
      lines.emplace_back(command->name, std::string(command->info.summary));
    }
    out += "\nCommands:\n";
    AppendPairs(out, lines);
  }
  if (const Lines lines = Of(node, true); !lines.empty()) {
    out += "\nArguments:\n";
    AppendPairs(out, lines);
  }
  if (const Lines lines = Of(node, false); !lines.empty()) {
    out += "\nOptions:\n";
    AppendPairs(out, lines);
  }
  AppendText(out, "What it prints:", node.info.columns);
  if (&node != &root) {
    absl::StrAppend(&out, "\n`", root.path, " --help` has the options of every command.\n");
  } else {
    out +=
        "\nExit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 not reached or timed out, 4 "
        "not allowed,\n"
        "5 not found, 6 refused for another reason. `signalctl COMMAND --help` has an example of "
        "each.\n";
  }
  return out;
}

}  // namespace signaling::ctl
