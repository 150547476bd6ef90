// The log lines of a session: one at its end, and, for debugging only, what it takes to follow it. No line is made where
// its level is off, none is of a message that nobody refused, and none has what a client calls its own but ids and names:
// neither SDP nor candidates nor tokens. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/instant.h"
#include "gateway/probe.h"
#include "gateway/ws/opening.h"
#include "services/common/rate_limits.h"
#include "services/common/reason.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

struct SessionEnd {
  std::string_view session_id;  // empty where none was opened: then the line is for debugging only
  std::string_view path;
  std::string_view reason;  // of the reason table, or empty
  std::uint16_t close_code;
  CloseSide side;
  Duration lasted;
  std::uint32_t received;
  std::uint32_t sent;
};

void LogSessionEnd(const SessionEnd& end);

// For debugging only. The service is asked; this line alone has the client's address, but that of a refusal before.
void LogSessionOpening(std::string_view session_id, const Upgrade& upgrade, const Hello& hello);
// `asked_as`: the id in the line before, which a resume makes another one.
void LogSessionOpened(std::string_view asked_as, const signaling::v1::Opened& opened);
// It is on another link.
void LogSessionMoved(std::string_view session_id);
// It has had no link for so long that its client is told.
void LogSessionCutOff(std::string_view session_id);
// Its client is told to connect elsewhere.
void LogSessionSentAway(std::string_view session_id, Duration reconnect_after);
// What the client is told is wrong, with one of its messages or, where that is fatal, with the session. `upgrade`: null
// once the service was asked.
void LogRefusal(std::string_view session_id, const Upgrade* upgrade, Reason reason,
                std::string_view message, bool fatal);
// Its client joined or left; nothing of other events.
void LogRoom(std::string_view session_id, const signaling::v1::RoomEvent& event);
void LogRateLimited(std::string_view session_id, Limit limit);

}  // namespace signaling::gateway
