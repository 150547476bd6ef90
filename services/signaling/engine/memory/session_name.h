// What back ends call a session: no secret, unlike its id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace signaling {

inline std::string NameOf(std::uint64_t number) { return absl::StrCat("s-", number); }

// The number; nothing where it is no name.
inline std::optional<std::uint64_t> ParseSessionName(const std::string& name) {
  std::uint64_t number = 0;
  if (!name.starts_with("s-") || !absl::SimpleAtoi(name.substr(2), &number)) return std::nullopt;
  return number;
}

}  // namespace signaling
