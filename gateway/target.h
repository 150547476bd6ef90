// The request target of an HTTP request (RFC 9112, section 3.2), taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signaling::gateway {

struct Target {
  std::string_view path;   // as sent
  std::string_view query;  // without "?"
};

Target ParseTarget(std::string_view target);

// The percent-decoded value of the first parameter of this name, as it stands where it is badly encoded; empty where
// it has none, nothing where it is absent.
std::optional<std::string> QueryParameter(std::string_view query, std::string_view name);

}  // namespace signaling::gateway
