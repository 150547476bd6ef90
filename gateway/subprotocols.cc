#include "gateway/subprotocols.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace signaling::gateway {

std::vector<std::string_view> OfferedSubprotocols(const HttpRequest& request) {
  std::vector<std::string_view> offered;
  auto [line, end] = request.equal_range(http::field::sec_websocket_protocol);
  for (; line != end; ++line) {
    const absl::string_view list(line->value().data(), line->value().size());
    for (const absl::string_view one : absl::StrSplit(list, ',')) {
      const absl::string_view name = absl::StripAsciiWhitespace(one);
      offered.emplace_back(name.data(), name.size());
    }
  }
  return offered;
}

bool OffersSubprotocol(const HttpRequest& request) {
  const std::vector<std::string_view> offered = OfferedSubprotocols(request);
  return std::find(offered.begin(), offered.end(), kSubprotocol) != offered.end();
}

}  // namespace signaling::gateway
