// Whether a page may connect (RFC 6454): browsers send Origin, and only browsers have to be kept from foreign pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signaling::gateway {

// `origin` and `host` as the headers say, empty where there is none. An empty `allowed` means the same host and port.
bool IsOriginAllowed(std::string_view origin, std::string_view host,
                     const std::vector<std::string>& allowed);

}  // namespace signaling::gateway
