// The commands and their options: said once, for the parser, the help and the completion. The only part that knows CLI11.
//
// A command:
//
//   void AddRoomsGet(CommandTree& tree) {
//     auto room = std::make_shared<std::string>();
//     Command command = tree.Add({.name = "rooms get", .summary = "Shows a room.", .example = "signalctl rooms get lobby"},
//                                [room](Context& context) { return Get(*room, context); });
//     command.Argument("ROOM", room.get(), "The room's name.");
//   }
//
// What values are parsed into has to live as long as the tree: the command's function owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace signaling::ctl {

class Context;

// One sentence each, with a full stop. Lines of `example` and `columns` are printed as they are.
struct CommandInfo {
  std::string_view name;  // with those above it: "rooms list"
  std::string_view summary;
  std::string_view example = {};
  std::string_view columns = {};  // what the table says, where the headings do not
};

struct OptionInfo {
  std::string_view env = {};            // the environment variable that says the same
  bool is_file = false;                 // its value is a path
  std::vector<std::string> words = {};  // the values there are; none: any
  bool required = false;
  bool split = false;           // a list: "a,b" is two values
  std::string_view value = {};  // how the help names the value; empty: by its type
};

// What the help and the completion know of a command, or of the root. A value.
struct Node {
  struct Option {
    std::string name{};        // "--limit", or "ROOM"
    std::string short_name{};  // "-o", or empty
    std::string negated{};     // "--no-locked", or empty
    std::string value{};       // "N"; empty: it takes none
    std::string help{};
    OptionInfo info{};
    bool is_argument = false;
  };

  std::string name;  // its last word
  std::string path;  // all of its words, with the program's name
  CommandInfo info;
  std::vector<Option> options;
  std::vector<std::unique_ptr<Node>> commands;

  const Node* Find(std::string_view word) const;
};

// Adds options to one command. A handle: as long as its tree.
class Command {
 public:
  Command(CLI::App* app, Node* node) : app_(app), node_(node) {}

  // `name` is "--limit", or "-o,--output". Text has no default; what is given otherwise stands in `value` before.
  void Option(std::string_view name, std::string* value, std::string_view help,
              OptionInfo info = {});
  void Option(std::string_view name, std::optional<std::string>* value, std::string_view help,
              OptionInfo info = {});
  void Option(std::string_view name, std::uint32_t* value, std::string_view help,
              OptionInfo info = {});
  void Option(std::string_view name, std::optional<std::uint32_t>* value, std::string_view help,
              OptionInfo info = {});
  void Option(std::string_view name, double* value, std::string_view help, OptionInfo info = {});
  // As Abseil writes them: 10s, 1h30m. Not negative.
  void Option(std::string_view name, absl::Duration* value, std::string_view help,
              OptionInfo info = {});
  void Option(std::string_view name, std::optional<absl::Duration>* value, std::string_view help,
              OptionInfo info = {});
  // May be given several times.
  void Option(std::string_view name, std::vector<std::string>* value, std::string_view help,
              OptionInfo info = {});
  // True where it is given.
  void Switch(std::string_view name, bool* value, std::string_view help, OptionInfo info = {});
  // Also --no-NAME. Not given: nothing.
  void Switch(std::string_view name, std::optional<bool>* value, std::string_view help);
  // By its place.
  void Argument(std::string_view name, std::string* value, std::string_view help,
                OptionInfo info = {.required = true});

 private:
  using Take = std::function<void(const std::string& text)>;
  void AddOption(std::string_view name, std::string_view value, std::string_view help,
                 OptionInfo info, Take take, bool repeated = false);

  CLI::App* app_;
  Node* node_;
};

// Not thread-safe.
class CommandTree {
 public:
  using Run = std::function<absl::Status(Context&)>;

  // What was asked for: a command to run, or where `run` is not there, help to print.
  struct Parsed {
    Run run;
    const Node* node;
  };

  explicit CommandTree(CommandInfo program);
  ~CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  // For options that every command has; they may stand before and after it.
  Command root();
  // "rooms": what `rooms list` stands under. Before its commands.
  void Group(std::string_view name, std::string_view summary);
  Command Add(const CommandInfo& info, Run run);

  // Once. kUsage: what is wrong, and the nearest that is there.
  absl::StatusOr<Parsed> Parse(int argc, const char* const* argv);

  const Node& nodes() const { return root_; }

 private:
  CLI::App* Under(CLI::App* parent, Node* node, std::string_view name, const CommandInfo& info);
  absl::Status Explain(const std::string& what) const;

  std::unique_ptr<CLI::App> app_;
  Node root_;
  Run chosen_;
};

}  // namespace signaling::ctl
