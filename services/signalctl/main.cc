// signalctl: the command line of the API.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "services/signalctl/cli.h"

int main(int argc, char** argv) {
  // What gRPC has to say comes as a status; its own lines beside that are for developers.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  const char* const no_color = std::getenv("NO_COLOR");  // https://no-color.org
  const char* const term = std::getenv("TERM");
  const bool colour = isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0') &&
                      term != nullptr && std::string_view(term) != "dumb";
  return signaling::ctl::RunCli(argc, argv, {.out = std::cout, .err = std::cerr, .colour = colour});
}
