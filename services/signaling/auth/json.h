// jansson (the JSON of libjose), read strictly: what two parsers could understand in two ways is refused.
#pragma once

#include <jansson.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signaling::auth {

struct JsonRelease {
  void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonRelease>;

inline constexpr std::size_t kMaxJsonDepth = 16;

// Null: it is no JSON object in UTF-8, has a name twice or a NUL, or is deeper than kMaxJsonDepth.
Json ParseJsonObject(std::string_view text);

// Of a JSON string; empty for anything else.
std::string_view Text(const json_t* value);

// Nothing: it has padding, characters of other alphabets, or bits that nothing is said with.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace signaling::auth
