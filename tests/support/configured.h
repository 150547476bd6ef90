// A configuration with some settings, as from flags.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "services/common/settings.h"

namespace signaling {

template <typename Config>
absl::StatusOr<Config> Configured(const std::vector<std::pair<std::string, std::string>>& values) {
  Config config;
  Settings settings;
  Declare(config, settings);
  for (const auto& [name, value] : values) {
    const Assignment given{.name = name, .text = value, .where = absl::StrCat("--", name)};
    if (absl::Status status = settings.Set(given); !status.ok()) return status;
  }
  if (absl::Status status = Validate(&config); !status.ok()) return status;
  return config;
}

}  // namespace signaling
