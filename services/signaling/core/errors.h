// Errors as the contract has them, made from the table of reasons.
#pragma once

#include <string_view>

#include "services/common/reason.h"
#include "signaling/v1/error.pb.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

// `message` is cut at 512 bytes, between characters.
signaling::v1::Error MakeError(Reason reason, std::string_view message);
signaling::v1::Error MakeError(Reason reason, std::string_view message, Action action);

// The end of a session for a reason: the error is fatal, the close code the table's.
signaling::v1::Closed MakeClosed(Reason reason, std::string_view message);

// The end that the client itself asked for.
signaling::v1::Closed MakeNormalClosed();

// False for numbers that are no reason of ours.
bool FromProto(signaling::v1::ErrorReason from, Reason* reason);

}  // namespace signaling
