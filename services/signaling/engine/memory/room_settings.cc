#include "services/signaling/engine/memory/room_settings.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/signaling/core/errors.h"

namespace signaling {

absl::Status Apply(const v1::RoomOptions& options, Authority authority, std::size_t ceiling,
                   RoomSettings* settings) {
  if (options.has_max_participants()) {
    if (options.max_participants() < 1 || options.max_participants() > ceiling) {
      return Refusal(Reason::kInvalidMessage,
                     absl::StrCat("max_participants must be 1 to ", ceiling),
                     "options.max_participants");
    }
    settings->max_participants = options.max_participants();
  }
  const bool may_lift = authority == Authority::kBackOffice;
  MediaPolicy& media = settings->media;
  if (options.media() == v1::MEDIA_AUDIO) media.audio_only = true;
  if (options.media() == v1::MEDIA_ANY && may_lift) media.audio_only = false;
  if (options.has_relay_only() && (options.relay_only() || may_lift)) {
    media.relay_only = options.relay_only();
  }
  if (options.has_knock()) settings->knock = options.knock();
  if (options.has_locked()) settings->locked = options.locked();
  if (options.has_allowed()) {
    settings->allowed.assign(options.allowed().client_ids().begin(),
                             options.allowed().client_ids().end());
  }
  return absl::OkStatus();
}

v1::RoomOptions ToProto(const RoomSettings& settings) {
  v1::RoomOptions options;
  options.set_max_participants(static_cast<std::uint32_t>(settings.max_participants));
  options.set_media(settings.media.audio_only ? v1::MEDIA_AUDIO : v1::MEDIA_ANY);
  options.set_relay_only(settings.media.relay_only);
  options.set_knock(settings.knock);
  options.set_locked(settings.locked);
  return options;
}

bool IsAllowed(const RoomSettings& settings, std::string_view client_id) {
  return std::find(settings.allowed.begin(), settings.allowed.end(), client_id) !=
         settings.allowed.end();
}

}  // namespace signaling
