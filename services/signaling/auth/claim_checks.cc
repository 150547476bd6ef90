#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "services/common/ids.h"
#include "services/common/limits.h"
#include "services/signaling/auth/checks.h"
#include "services/signaling/auth/claims.h"

namespace signaling::auth {
namespace {

constexpr std::size_t kMaxTokenIdLength = 128;

bool AllStrings(const json_t* array) {
  if (!json_is_array(array)) return false;
  for (std::size_t i = 0; i < json_array_size(array); ++i) {
    if (!json_is_string(json_array_get(array, i))) return false;
  }
  return true;
}

Problem Subject(const Token& token, const TokenRules&, absl::Time) {
  return IsValidId(Text(token.Claim("sub"))) ? nullptr : "sub is missing or not a valid id";
}

Problem Audience(const Token& token, const TokenRules& rules, absl::Time) {
  const json_t* aud = token.Claim("aud");
  if (json_is_string(aud) && Text(aud) == rules.audience) return nullptr;
  if (AllStrings(aud)) {
    for (std::size_t i = 0; i < json_array_size(aud); ++i) {
      if (Text(json_array_get(aud, i)) == rules.audience) return nullptr;
    }
  }
  return "aud is not this service's";
}

Problem Issuer(const Token& token, const TokenRules& rules, absl::Time) {
  if (rules.issuer.empty() || Text(token.Claim("iss")) == rules.issuer) return nullptr;
  return "iss is not the expected issuer";
}

Problem HasExpiry(const Token& token, const TokenRules&, absl::Time) {
  return ReadTime(token.Claim("exp")) ? nullptr : "exp is missing or not a time";
}

Problem NotExpired(const Token& token, const TokenRules& rules, absl::Time now) {
  const std::optional<absl::Time> exp = ReadTime(token.Claim("exp"));
  return exp && now >= *exp + rules.leeway ? "the token has expired" : nullptr;
}

Problem StartType(const Token& token, const TokenRules&, absl::Time) {
  const json_t* nbf = token.Claim("nbf");
  return nbf == nullptr || ReadTime(nbf) ? nullptr : "nbf is not a time";
}

Problem Started(const Token& token, const TokenRules& rules, absl::Time now) {
  const std::optional<absl::Time> nbf = ReadTime(token.Claim("nbf"));
  return nbf && now < *nbf - rules.leeway ? "the token is not valid yet" : nullptr;
}

Problem RoomOrRooms(const Token& token, const TokenRules&, absl::Time) {
  const bool both = token.Claim("room") != nullptr && token.Claim("rooms") != nullptr;
  return both ? "room and rooms cannot both be given" : nullptr;
}

// A room, or the beginning of rooms and "*".
bool IsRoomPattern(const json_t* value) {
  std::string_view room = Text(value);
  if (!room.ends_with('*')) return IsValidId(room);
  room.remove_suffix(1);
  return room.empty() || IsValidId(room);
}

Problem Room(const Token& token, const TokenRules&, absl::Time) {
  const json_t* room = token.Claim("room");
  return room == nullptr || IsRoomPattern(room) ? nullptr : "room is not a room";
}

Problem Rooms(const Token& token, const TokenRules&, absl::Time) {
  const json_t* rooms = token.Claim("rooms");
  if (rooms == nullptr) return nullptr;
  if (!json_is_array(rooms)) return "rooms is not an array";
  for (std::size_t i = 0; i < json_array_size(rooms); ++i) {
    if (!IsRoomPattern(json_array_get(rooms, i))) return "rooms has something that is not a room";
  }
  return nullptr;
}

Problem RoomCount(const Token& token, const TokenRules&, absl::Time) {
  return json_array_size(token.Claim("rooms")) > kMaxTokenRooms ? "rooms has more than 100"
                                                                : nullptr;
}

Problem GrantTypes(const Token& token, const TokenRules&, absl::Time) {
  const json_t* grants = token.Claim("grants");
  return grants == nullptr || AllStrings(grants) ? nullptr : "grants is not an array of strings";
}

Problem Name(const Token& token, const TokenRules&, absl::Time) {
  const json_t* name = token.Claim("name");
  return name == nullptr || json_is_string(name) ? nullptr : "name is not a string";
}

Problem MetadataTypes(const Token& token, const TokenRules&, absl::Time) {
  const json_t* metadata = token.Claim("metadata");
  if (metadata == nullptr) return nullptr;
  if (!json_is_object(metadata)) return "metadata is not an object";
  const char* key = nullptr;
  json_t* value = nullptr;
  // jansson's iterators are not const, but change nothing.
  json_object_foreach(const_cast<json_t*>(metadata), key, value) {
    if (!json_is_string(value)) return "metadata has something that is not a string";
  }
  return nullptr;
}

Problem MetadataSize(const Token& token, const TokenRules&, absl::Time) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : ReadMetadata(token)) bytes += key.size() + value.size();
  return bytes > kMaxMetadataBytes ? "name and metadata are over 4 KiB" : nullptr;
}

Problem TokenId(const Token& token, const TokenRules&, absl::Time) {
  const json_t* jti = token.Claim("jti");
  if (jti == nullptr) return nullptr;
  const std::string_view id = Text(jti);
  const bool is_good = !id.empty() && id.size() <= kMaxTokenIdLength &&
                       std::all_of(id.begin(), id.end(), absl::ascii_isprint);
  return is_good ? nullptr : "jti is not a string of 1 to 128 printable characters";
}

constexpr ClaimCheck kClaimChecks[] = {
    {"aud", Outcome::kBadClaims, Audience},
    {"iss", Outcome::kBadClaims, Issuer},
    {"exp", Outcome::kBadClaims, HasExpiry},
    {"expired", Outcome::kExpired, NotExpired},
    {"nbf_type", Outcome::kBadClaims, StartType},
    {"nbf", Outcome::kNotYetValid, Started},
    {"sub", Outcome::kBadClaims, Subject},
    {"room_or_rooms", Outcome::kBadClaims, RoomOrRooms},
    {"room", Outcome::kBadClaims, Room},
    {"rooms", Outcome::kBadClaims, Rooms},
    {"rooms_count", Outcome::kBadClaims, RoomCount},
    {"grants", Outcome::kBadClaims, GrantTypes},
    {"name", Outcome::kBadClaims, Name},
    {"metadata", Outcome::kBadClaims, MetadataTypes},
    {"metadata_size", Outcome::kBadClaims, MetadataSize},
    {"jti", Outcome::kBadClaims, TokenId},
};

}  // namespace

std::span<const ClaimCheck> ClaimChecks() { return kClaimChecks; }

}  // namespace signaling::auth
