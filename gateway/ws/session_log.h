// The log lines of a session: one at its end that tells its story, and, for debugging only, what it takes to follow it. Each
// has the session's id and, where there is one, its traceparent. No line is made where its level is off, none is of a message
// that nobody refused, and none has what a client calls its own but ids and names: neither SDP nor candidates nor tokens.
// Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/instant.h"
#include "gateway/probe.h"
#include "gateway/ws/opening.h"
#include "gateway/ws/session_names.h"
#include "gateway/ws/session_story.h"
#include "services/common/rate_limits.h"
#include "services/common/reason.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

struct SessionEnd {
  std::string_view path;
  std::string_view reason;  // of the reason table, or empty
  std::uint16_t close_code;
  CloseSide side;
  Duration lasted;
  std::uint32_t sent;
  const SessionStory& story;
};

// For debugging only where no session was opened.
void LogSessionEnd(const SessionNames& names, const SessionEnd& end);

// For debugging only. The service is asked; this line alone has the client's address, but that of a refusal before.
void LogSessionOpening(const SessionNames& names, const Upgrade& upgrade, const Hello& hello);
// `asked_as`: the id in the line before, which a resume makes another one.
void LogSessionOpened(const SessionNames& names, std::string_view asked_as, bool resumed);
// It is on another link.
void LogSessionMoved(const SessionNames& names);
// It has had no link for so long that its client is told.
void LogSessionCutOff(const SessionNames& names);
// Its client is told to connect elsewhere.
void LogSessionSentAway(const SessionNames& names, Duration reconnect_after);
// What the client is told is wrong, with one of its messages or, where that is fatal, with the session. `upgrade`: null
// once the service was asked.
void LogRefusal(const SessionNames& names, const Upgrade* upgrade, Reason reason,
                std::string_view message, bool fatal);
// Its client joined or left; nothing of other events.
void LogRoom(const SessionNames& names, const signaling::v1::RoomEvent& event);
void LogRateLimited(const SessionNames& names, Limit limit);

}  // namespace signaling::gateway
