// Settings that both processes have.
#pragma once

#include <string>
#include <string_view>

#include "services/common/log.h"
#include "services/common/rate_limits.h"
#include "services/common/settings.h"

namespace signaling {

inline constexpr Range<std::int64_t> kPorts{0, 65535};

// The IP address that the ports listen on.
void AddAddress(std::string* address, Settings& settings);
void AddLogLevel(log::Level* level, Settings& settings);
// `help`: what is limited differs.
void AddRateLimits(RateLimits* limits, std::string_view help, Settings& settings);

}  // namespace signaling
