#include "services/signalctl/ws/claims.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/signalctl/ws/session.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

// One string, or an array of them.
std::vector<std::string> TextsOf(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr) return texts;
  if (value->is_string()) texts.push_back(TextOf(object, name));
  if (!value->is_array()) return texts;
  for (const json::value& one : value->get_array()) {
    if (one.is_string()) texts.emplace_back(one.get_string().data(), one.get_string().size());
  }
  return texts;
}

std::optional<absl::Time> TimeOf(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  json::error_code ec;
  const double seconds = value != nullptr ? value->to_number<double>(ec) : NAN;
  if (ec || !std::isfinite(seconds)) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

}  // namespace

std::optional<Claims> ReadClaims(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.size() > kMaxTokenBytes) return std::nullopt;
  std::string payload;
  if (!absl::WebSafeBase64Unescape(Absl(token.substr(first + 1, second - first - 1)), &payload)) {
    return std::nullopt;
  }
  json::error_code ec;
  const json::value parsed = json::parse(payload, ec);
  if (ec || !parsed.is_object()) return std::nullopt;
  const json::object& object = parsed.get_object();
  Claims claims{.sub = TextOf(object, "sub"),
                .issuer = TextOf(object, "iss"),
                .audience = TextsOf(object, "aud"),
                .rooms = TextsOf(object, "rooms"),
                .grants = TextsOf(object, "grants"),
                .expires = TimeOf(object, "exp")};
  for (std::string& room : TextsOf(object, "room")) claims.rooms.push_back(std::move(room));
  return claims;
}

std::string FreshRoom(std::string_view token, std::string_view purpose) {
  const std::string fresh = absl::StrCat("signalctl-", Absl(purpose), "-", NewRandomId());
  if (token.empty()) return fresh;
  const std::optional<Claims> claims = ReadClaims(token);
  // What is no token cannot name a room; the server says what is wrong with it.
  if (!claims) return fresh;
  for (const std::string& room : claims->rooms) {
    if (room.ends_with('*')) return absl::StrCat(room.substr(0, room.size() - 1), fresh);
  }
  return "";
}

}  // namespace signaling::ctl
