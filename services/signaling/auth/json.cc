#include "services/signaling/auth/json.h"

#include "absl/strings/escaping.h"
#include "services/common/text.h"

namespace signaling::auth {
namespace {

bool IsDeeperThan(std::size_t depth, const json_t* value) {
  if (!json_is_object(value) && !json_is_array(value)) return false;
  if (depth == 0) return true;
  // jansson's iterators are not const, but change nothing.
  auto* nodes = const_cast<json_t*>(value);
  const char* key = nullptr;
  json_t* child = nullptr;
  std::size_t index = 0;
  json_object_foreach(nodes, key, child) {
    if (IsDeeperThan(depth - 1, child)) return true;
  }
  json_array_foreach(nodes, index, child) {
    if (IsDeeperThan(depth - 1, child)) return true;
  }
  return false;
}

}  // namespace

Json ParseJsonObject(std::string_view text) {
  Json parsed(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  if (!json_is_object(parsed.get()) || IsDeeperThan(kMaxJsonDepth, parsed.get())) return nullptr;
  return parsed;
}

std::string_view Text(const json_t* value) {
  if (!json_is_string(value)) return {};
  return {json_string_value(value), json_string_length(value)};
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  // Abseil lets much pass. There is one right way to write it down, and that is what it has to be.
  if (!absl::WebSafeBase64Unescape(Absl(text), &bytes)) return std::nullopt;
  if (absl::WebSafeBase64Escape(bytes) != Absl(text)) return std::nullopt;
  return bytes;
}

}  // namespace signaling::auth
