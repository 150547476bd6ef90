// signalctl in this process.
#pragma once

#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

#include "services/signalctl/cli.h"

namespace signaling::ctl {

struct Ran {
  int code;
  std::string out;
  std::string err;
};

inline Ran RunSignalctl(const std::vector<std::string>& words, bool colour = false) {
  std::vector<const char*> arguments = {"signalctl"};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const int code = RunCli(static_cast<int>(arguments.size()), arguments.data(),
                          {.out = out, .err = err, .colour = colour});
  return {code, out.str(), err.str()};
}

}  // namespace signaling::ctl
