#include "services/signaling/core/json.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>

#include "absl/strings/str_cat.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxDepth = 16;

}  // namespace

absl::Status CheckJson(std::string_view text) {
  unsigned char buffer[4096];
  boost::json::monotonic_resource memory(buffer);
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code ec;
  boost::json::parse({text.data(), text.size()}, ec, &memory, options);
  if (!ec) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not one JSON value: ", ec.message()));
}

}  // namespace signaling
