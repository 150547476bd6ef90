// What of an error told to a client may stand in the log.
#pragma once

#include <string_view>

#include "services/common/reason.h"

namespace signaling {

// Our own words. Who removes somebody or closes a room says why in words of their own: nobody knows what is in them.
inline std::string_view LoggedText(Reason reason, std::string_view message) {
  const bool is_remark = reason == Reason::kKicked || reason == Reason::kRoomClosed;
  return is_remark ? std::string_view() : message;
}

}  // namespace signaling
