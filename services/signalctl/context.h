// What a command works with.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/signalctl/table.h"

namespace signaling::ctl {

// The options that every command has. docs/signalctl.md.
struct GlobalOptions {
  std::string service = "127.0.0.1:50051";
  std::string ca{};    // PEM; empty: no TLS
  std::string cert{};  // PEM; both or neither
  std::string key{};
  std::string server_name{};  // in the certificate of the service; empty: the host of `service`
  std::string token_file{};
  std::string output = "table";  // or "json"
  absl::Duration timeout = absl::Seconds(10);
  bool no_header = false;

  bool json() const { return output == "json"; }
};

// Where a command writes.
struct Streams {
  std::ostream& out;    // what was asked for, and nothing else
  std::ostream& err;    // everything about it
  bool colour = false;  // `out` may be coloured: it is a terminal, and NO_COLOR is not set
};

// This machine, by name or by address.
bool IsHere(std::string_view host);

// Lives as long as the command runs. Not thread-safe.
class Context {
 public:
  Context(const GlobalOptions& given, const Streams& streams)
      : options(given), out(streams.out), err(streams.err), colour(streams.colour) {}

  // Of --token-file, else of SIGNALCTL_TOKEN; empty where there is neither.
  absl::StatusOr<std::string> Token() const;

  // The token goes to `where` without TLS: said once on `err`, unless that is this machine. `cure` is what turns TLS on.
  void WarnOfPlaintext(std::string_view where, std::string_view host, std::string_view cure);

  // How tables are printed.
  Table::Style style() const { return {.header = !options.no_header, .colour = colour}; }

  // What a list command found; where that is nothing, `err` says so: "no rooms".
  void PrintList(const Table& list, std::string_view things);

  const GlobalOptions& options;
  std::ostream& out;
  std::ostream& err;
  const bool colour;
};

}  // namespace signaling::ctl
