#include "services/signaling/auth/claims.h"

#include <algorithm>
#include <cmath>

namespace signaling::auth {
namespace {

constexpr double kLastSecond = 253402300799;  // of the year 9999

Grants ReadGrants(const json_t* names) {
  Grants grants;
  for (std::size_t i = 0; i < json_array_size(names); ++i) {
    Grant grant{};
    if (ParseGrant(Text(json_array_get(names, i)), &grant)) grants.Add(grant);
  }
  return grants;
}

std::vector<std::string> ReadRooms(const Token& token) {
  std::vector<std::string> rooms;
  if (const json_t* room = token.Claim("room"); room != nullptr) rooms.emplace_back(Text(room));
  const json_t* names = token.Claim("rooms");
  for (std::size_t i = 0; i < json_array_size(names); ++i) {
    rooms.emplace_back(Text(json_array_get(names, i)));
  }
  return rooms;
}

}  // namespace

std::optional<absl::Time> ReadTime(const json_t* value) {
  if (!json_is_number(value)) return std::nullopt;
  const double seconds = json_number_value(value);
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLastSecond) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

std::map<std::string, std::string> ReadMetadata(const Token& token) {
  std::map<std::string, std::string> metadata;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(token.Claim("metadata")), key, value) {
    metadata.emplace(key, Text(value));
  }
  if (const json_t* name = token.Claim("name"); name != nullptr) metadata["name"] = Text(name);
  return metadata;
}

Identity ReadIdentity(const Token& token, absl::Time now) {
  Identity who;
  who.authenticated = true;
  who.client_id = Text(token.Claim("sub"));
  who.rooms = ReadRooms(token);
  who.grants = ReadGrants(token.Claim("grants"));
  who.expires = std::max(ReadTime(token.Claim("exp")).value_or(now), now);
  who.metadata = ReadMetadata(token);
  who.token_id = Text(token.Claim("jti"));
  return who;
}

}  // namespace signaling::auth
