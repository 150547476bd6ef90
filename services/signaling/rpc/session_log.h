// The log lines, for debugging only, that it takes to follow a session through the service. None is made where that level
// is off, none is of a message that nobody refused, and none has SDP, candidates, tokens or what people wrote. Each has the
// session's traceparent, where there is one. Thread-safe.
// Writing may block: never with a lock held.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/signaling/core/session_id.h"
#include "services/signaling/engine/engine.h"
#include "services/signaling/rpc/slots.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

bool LogsSessions();

// The engine is asked. This line and those of refusals alone have addresses.
void LogOpening(const SessionId& id, const signaling::v1::Open& open);
// Who wants to open or to go on is not known.
void LogNotAuthenticated(const SessionName& session, std::string_view remote_address,
                         const absl::Status& refusal);
void LogDetached(const SessionName& session, DetachCause cause);
// So many that the stream had.
void LogAllDetached(std::size_t sessions, DetachCause cause);
// What a session is told in this frame; nothing of most.
void LogTold(const SessionName& session, const signaling::v1::DownFrame& frame);

// A native client's stream, as gRPC calls its peer; what the client calls its session is checked.
void LogPeer(const signaling::v1::Open& open, std::string_view peer);
// A call of a gateway or a back end.
void LogCallRefused(std::string_view peer, const absl::Status& refusal);

}  // namespace signaling
