// Settings as text: for people on a terminal, for the page docs/configuration.md, and as a file that --config takes.
#pragma once

#include <string>
#include <string_view>

#include "services/common/settings.h"

namespace signaling {

// What --help says. `about`: the program and what it is for, in one line.
std::string HelpText(const Settings& settings, std::string_view about);

// The same as a table in Markdown.
std::string HelpMarkdown(const Settings& settings);

// What --print_config says: each setting as it stands, and where that comes from. What URLs hold of credentials is left out.
std::string ConfigText(const Settings& settings);

}  // namespace signaling
