#include "services/signalctl/completion.h"

#include <functional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

using Option = Node::Option;

// "rooms list"; empty for the root. In the scripts: where the command line is at.
std::string At(const Node& node) {
  const std::size_t space = node.path.find(' ');
  return space == std::string::npos ? std::string() : node.path.substr(space + 1);
}

void Visit(const Node& node, const std::function<void(const Node&)>& visit) {
  visit(node);
  for (const auto& command : node.commands) Visit(*command, visit);
}

std::vector<std::string> Names(const Option& option) {
  std::vector<std::string> names = {option.name};
  if (!option.short_name.empty()) names.push_back(option.short_name);
  if (!option.negated.empty()) names.push_back(option.negated);
  return names;
}

// The pattern of a shell's `case` for "AT:OPTION". The root's options may stand anywhere.
std::string Pattern(const Node& node, const Option& option) {
  const std::string at = At(node).empty() ? "*" : absl::StrCat("'", At(node), "'");
  std::vector<std::string> patterns;
  for (const std::string& name : Names(option)) patterns.push_back(absl::StrCat(at, ":", name));
  return absl::StrJoin(patterns, "|");
}

std::vector<std::string> OptionWords(const Node& node) {
  std::vector<std::string> words;
  for (const Option& option : node.options) {
    if (option.is_argument) continue;
    for (std::string& name : Names(option)) words.push_back(std::move(name));
  }
  return words;
}

std::vector<std::string> CommandWords(const Node& node) {
  std::vector<std::string> words;
  for (const auto& command : node.commands) words.push_back(command->name);
  return words;
}

std::string SingleQuoted(std::string_view text) {  // POSIX shells
  return absl::StrCat("'", absl::StrReplaceAll(Absl(text), {{"'", R"('\'')"}}), "'");
}

// Lines of `case "$at:$word"`, one for each option that takes a value.
void AppendValueCases(std::string& out, const Node& root, std::string_view files,
                      const std::function<std::string(const std::vector<std::string>&)>& words) {
  Visit(root, [&](const Node& node) {
    for (const Option& option : node.options) {
      if (option.is_argument || option.value.empty()) continue;
      const std::string action = option.info.is_file          ? std::string(files)
                                 : !option.info.words.empty() ? words(option.info.words)
                                                              : std::string();
      absl::StrAppend(&out, "    ", Pattern(node, option), ") ", action, action.empty() ? "" : "; ",
                      "return ;;\n");
    }
  });
}

// Lines of a `case`: which options take a value, and which words go on with a command.
void AppendScanCases(std::string& out, const Node& root) {
  Visit(root, [&](const Node& node) {
    for (const Option& option : node.options) {
      if (option.is_argument || option.value.empty()) continue;
      absl::StrAppend(&out, "      ", Pattern(node, option), ") skip=1 ;;\n");
    }
  });
  out += "      *:-*) ;;\n";
  Visit(root, [&](const Node& node) {
    for (const auto& command : node.commands) {
      absl::StrAppend(&out, "      '", At(node), ":", command->name, "') at='", At(*command),
                      "' ;;\n");
    }
  });
}

}  // namespace

std::string BashCompletion(const Node& root) {
  std::string out =
      "# Completion of signalctl for bash: source <(signalctl completion bash)\n"
      "_signalctl() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} at= prev= skip= word i\n"
      "  COMPREPLY=()\n"
      "  # '=' is a word of its own here (COMP_WORDBREAKS).\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    if [[ $word == = ]]; then continue; fi\n"
      "    if [[ $skip ]]; then skip= prev=; continue; fi\n"
      "    prev=$word\n"
      "    case \"$at:$word\" in\n";
  AppendScanCases(out, root);
  out +=
      "    esac\n"
      "  done\n"
      "  if [[ $cur == = ]]; then cur=; fi\n"
      "  if [[ $skip ]]; then\n"
      "    case \"$at:$prev\" in\n";
  AppendValueCases(out, root,
                   "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")",
                   [](const std::vector<std::string>& words) {
                     return absl::StrCat("mapfile -t COMPREPLY < <(compgen -W '",
                                         absl::StrJoin(words, " "), "' -- \"$cur\")");
                   });
  out +=
      "    esac\n"
      "    return\n"
      "  fi\n"
      "  local words=\n"
      "  case $at in\n";
  Visit(root, [&](const Node& node) {
    absl::StrAppend(&out, "    '", At(node), "')\n      if [[ $cur == -* ]]; then words='",
                    absl::StrJoin(OptionWords(node), " "), "'; ");
    std::vector<std::string> words = CommandWords(node);
    bool files = false;
    for (const Option& option : node.options) {
      if (!option.is_argument) continue;
      files = files || option.info.is_file;
      words.insert(words.end(), option.info.words.begin(), option.info.words.end());
    }
    absl::StrAppend(
        &out, "else words='", absl::StrJoin(words, " "), "'; ",
        files ? "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); " : "",
        "fi ;;\n");
  });
  absl::StrAppend(
      &out,
      "  esac\n"
      "  if [[ $cur == -* ]]; then words+=' --help ",
      absl::StrJoin(OptionWords(root), " "),
      "'; fi\n"
      "  if [[ $words ]]; then mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"); fi\n"
      "}\n"
      "complete -F _signalctl signalctl\n");
  return out;
}

std::string ZshCompletion(const Node& root) {
  std::string out =
      "#compdef signalctl\n"
      "# Completion of signalctl for zsh: a file _signalctl in a folder of $fpath, or source "
      "<(signalctl completion zsh)\n"
      "_signalctl() {\n"
      "  local at= prev= skip= word\n"
      "  local -a commands options\n"
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    if [[ -n $skip ]]; then skip= prev=; continue; fi\n"
      "    prev=$word\n"
      "    case \"$at:$word\" in\n"
      "      *:--*=*) ;;\n";
  AppendScanCases(out, root);
  out +=
      "    esac\n"
      "  done\n"
      "  if [[ -z $skip && $words[CURRENT] == --*=* ]]; then\n"
      "    prev=${words[CURRENT]%%=*} skip=1\n"
      "    compset -P '*='\n"
      "  fi\n"
      "  if [[ -n $skip ]]; then\n"
      "    case \"$at:$prev\" in\n";
  AppendValueCases(out, root, "_files", [](const std::vector<std::string>& words) {
    return absl::StrCat("compadd -- ", absl::StrJoin(words, " "));
  });
  out +=
      "    esac\n"
      "    return\n"
      "  fi\n"
      "  case $at in\n";
  const auto describe = [](const Node& node) {
    std::string text;
    for (const Option& option : node.options) {
      if (option.is_argument) continue;
      for (const std::string& name : Names(option)) {
        absl::StrAppend(&text, " ", SingleQuoted(absl::StrCat(name, ":", option.help)));
      }
    }
    return text;
  };
  Visit(root, [&](const Node& node) {
    absl::StrAppend(&out, "    '", At(node), "')\n      options=(",
                    At(node).empty() ? std::string() : describe(node), " )\n      commands=(");
    for (const auto& command : node.commands) {
      absl::StrAppend(&out, " ",
                      SingleQuoted(absl::StrCat(command->name, ":", Absl(command->info.summary))));
    }
    bool files = false;
    for (const Option& option : node.options) {
      if (!option.is_argument) continue;
      files = files || option.info.is_file;
      for (const std::string& word : option.info.words) absl::StrAppend(&out, " '", word, "'");
    }
    absl::StrAppend(&out, " )",
                    files ? "\n      if [[ $words[CURRENT] != -* ]]; then _files; return; fi" : "",
                    " ;;\n");
  });
  absl::StrAppend(&out,
                  "  esac\n"
                  "  options+=( '--help:Says what the command does.'",
                  describe(root),
                  " )\n"
                  "  if [[ $words[CURRENT] == -* ]]; then\n"
                  "    _describe -o option options\n"
                  "  elif (( $#commands )); then\n"
                  "    _describe command commands\n"
                  "  fi\n"
                  "}\n"
                  "if [[ $funcstack[1] == _signalctl ]]; then _signalctl \"$@\"; else "
                  "compdef _signalctl signalctl; fi\n");
  return out;
}

std::string FishCompletion(const Node& root) {
  const auto quoted = [](std::string_view text) {
    return absl::StrCat("'", absl::StrReplaceAll(Absl(text), {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  };
  std::string out =
      "# Completion of signalctl for fish: signalctl completion fish > "
      "~/.config/fish/completions/signalctl.fish\n"
      "function __signalctl_at\n"
      "    set -l at ''\n"
      "    set -l skip ''\n"
      "    for word in (commandline -opc)[2..-1]\n"
      "        if test -n \"$skip\"\n"
      "            set skip ''\n"
      "            continue\n"
      "        end\n"
      "        switch \"$at:$word\"\n"
      "            case '*:--*=*'\n";
  Visit(root, [&](const Node& node) {
    for (const Option& option : node.options) {
      if (option.is_argument || option.value.empty()) continue;
      out += "            case";
      for (const std::string& name : Names(option)) {
        absl::StrAppend(&out, " '", At(node).empty() ? "*" : At(node), ":", name, "'");
      }
      out += "\n                set skip 1\n";
    }
  });
  Visit(root, [&](const Node& node) {
    for (const auto& command : node.commands) {
      absl::StrAppend(&out, "            case '", At(node), ":", command->name,
                      "'\n                set at '", At(*command), "'\n");
    }
  });
  out +=
      "        end\n"
      "    end\n"
      "    test \"$at\" = \"$argv[1]\"\n"
      "end\n"
      "complete -c signalctl -f\n"
      "complete -c signalctl -l help -d 'Says what the command does.'\n";
  Visit(root, [&](const Node& node) {
    const std::string when =
        absl::StrCat(" -n ", quoted(absl::StrCat("__signalctl_at \"", At(node), "\"")));
    for (const Option& option : node.options) {
      if (option.is_argument) {
        if (option.info.is_file) absl::StrAppend(&out, "complete -c signalctl", when, " -F\n");
        if (!option.info.words.empty()) {
          absl::StrAppend(&out, "complete -c signalctl", when, " -a '",
                          absl::StrJoin(option.info.words, " "), "'\n");
        }
        continue;
      }
      for (const std::string& name : Names(option)) {
        const bool is_short = !name.starts_with("--");
        absl::StrAppend(&out, "complete -c signalctl", At(node).empty() ? "" : when,
                        is_short ? " -s " : " -l ", name.substr(is_short ? 1 : 2));
        if (option.info.is_file) {
          out += " -r -F";
        } else if (!option.value.empty()) {
          out += " -x";
          if (!option.info.words.empty())
            absl::StrAppend(&out, " -a '", absl::StrJoin(option.info.words, " "), "'");
        }
        absl::StrAppend(&out, " -d ", quoted(option.help), "\n");
      }
    }
    for (const auto& command : node.commands) {
      absl::StrAppend(&out, "complete -c signalctl", when, " -a ", command->name, " -d ",
                      quoted(command->info.summary), "\n");
    }
  });
  return out;
}

}  // namespace signaling::ctl
