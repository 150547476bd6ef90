// One GET over plain HTTP, as the internal ports speak it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/signalctl/ws/trace.h"
#include "services/signalctl/ws/url.h"

namespace signaling::ctl {

struct HttpAnswer {
  int status = 0;
  std::string body;  // at most 8 MiB, else it is an error
};

// Blocks for `timeout` at most. The error says in words what failed.
absl::StatusOr<HttpAnswer> HttpGet(const Url& base, std::string_view path, Duration timeout);

}  // namespace signaling::ctl
