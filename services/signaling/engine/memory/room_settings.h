// What holds for a room, and who may change which part of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/signaling/core/media_policy.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

struct RoomSettings {
  std::size_t max_participants = 0;
  MediaPolicy media;
  bool knock = false;
  bool locked = false;
  std::vector<std::string> allowed;  // empty: everybody
};

// Whose word it is: a join's may not lift what the settings forbid.
enum class Authority { kParticipant, kBackOffice };

// Takes over what is set of `options`. INVALID_MESSAGE: the cap is not 1 to `ceiling`, and nothing is changed.
absl::Status Apply(const signaling::v1::RoomOptions& options, Authority authority,
                   std::size_t ceiling, RoomSettings* settings);

// Without the allow-list.
signaling::v1::RoomOptions ToProto(const RoomSettings& settings);

bool IsAllowed(const RoomSettings& settings, std::string_view client_id);

}  // namespace signaling
