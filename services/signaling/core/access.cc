#include "services/signaling/core/access.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "services/common/limits.h"
#include "services/common/text.h"
#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

constexpr std::array<std::string_view, 6> kGrantNames = {"join",     "create", "offer",
                                                         "moderate", "admin",  "gateway"};

bool IsPattern(std::string_view room) { return room.ends_with('*'); }

bool Matches(std::string_view pattern, std::string_view room) {
  if (!IsPattern(pattern)) return pattern == room;
  pattern.remove_suffix(1);
  return room.starts_with(pattern);
}

bool Names(const Identity& who, std::string_view room) {
  return std::any_of(who.rooms.begin(), who.rooms.end(),
                     [&](const std::string& pattern) { return Matches(pattern, room); });
}

absl::Status Needs(const Identity& who, Grant grant, Reason reason = Reason::kPermissionDenied) {
  if (!who.authenticated || who.grants.Has(grant)) return absl::OkStatus();
  return Refusal(reason, absl::StrCat("this needs the grant '", Absl(GrantName(grant)), "'"));
}

}  // namespace

std::string_view GrantName(Grant grant) { return kGrantNames[static_cast<std::size_t>(grant)]; }

bool ParseGrant(std::string_view name, Grant* grant) {
  const auto found = std::find(kGrantNames.begin(), kGrantNames.end(), name);
  if (found == kGrantNames.end()) return false;
  *grant = static_cast<Grant>(found - kGrantNames.begin());
  return true;
}

absl::Status MayJoin(const Identity& who, std::string_view room) {
  if (absl::Status status = Needs(who, Grant::kJoin); !status.ok()) return status;
  if (!who.authenticated || Names(who, room)) return absl::OkStatus();
  return Refusal(Reason::kPermissionDenied, "the token does not name this room");
}

absl::Status MayCreateRoom(const Identity& who) {
  if (Needs(who, Grant::kCreate).ok()) return absl::OkStatus();
  return Refusal(Reason::kRoomNotFound,
                 "there is no such room, and to create it needs the grant 'create'");
}

absl::Status MayOffer(const Identity& who) { return Needs(who, Grant::kOffer); }

bool Moderates(const Identity& who, bool longest_in_room) {
  return who.authenticated ? who.grants.Has(Grant::kModerate) : longest_in_room;
}

absl::Status MayAdminister(const Identity& who) { return Needs(who, Grant::kAdmin); }

absl::Status MayMultiplex(const Identity& who) { return Needs(who, Grant::kGateway); }

absl::Status MayBeCalled(const Identity& who, std::string_view wanted) {
  if (!who.authenticated || wanted.empty() || wanted == who.client_id) return absl::OkStatus();
  return Refusal(Reason::kClientIdMismatch, "client_id is not the token's sub");
}

std::string DefaultRoom(const Identity& who, const std::string& fallback) {
  const bool names_one = who.authenticated && who.rooms.size() == 1 && !IsPattern(who.rooms[0]);
  return names_one ? who.rooms[0] : fallback;
}

absl::Status MayContinue(const Identity& before, const Identity& now, std::string_view room) {
  if (before.client_id != now.client_id) {
    return Refusal(Reason::kUnauthenticated, "the token is another client's");
  }
  return room.empty() ? absl::OkStatus() : MayJoin(now, room);
}

absl::Status AddMetadata(const Identity& who, Metadata* metadata) {
  if (who.metadata.empty()) return absl::OkStatus();
  std::size_t bytes = 0;
  for (const auto& [key, value] : who.metadata) (*metadata)[key] = value;
  for (const auto& [key, value] : *metadata) bytes += key.size() + value.size();
  if (bytes <= kMaxMetadataBytes) return absl::OkStatus();
  return Refusal(Reason::kInvalidMessage, "metadata is over 4 KiB together with the token's",
                 "metadata");
}

}  // namespace signaling
