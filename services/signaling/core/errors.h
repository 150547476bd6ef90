// Errors as the contract has them, made from the table of reasons.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/common/reason.h"
#include "signaling/v1/error.pb.h"
#include "signaling/v1/session.pb.h"

namespace signaling {

// `message` is cut at 512 bytes, between characters.
signaling::v1::Error MakeError(Reason reason, std::string_view message);
signaling::v1::Error MakeError(Reason reason, std::string_view message, Action action);

// Of a Refusal; anything else is INTERNAL.
signaling::v1::Error MakeError(const absl::Status& refusal);

// The end of a session for a reason: the error is fatal, the close code the table's.
signaling::v1::Closed MakeClosed(Reason reason, std::string_view message);

signaling::v1::Closed MakeClosed(const absl::Status& refusal);

// The end that the client itself asked for.
signaling::v1::Closed MakeNormalClosed();

// A refusal as a status: the table's code, and the reason for RefusalReason. `field` names the request's field that is
// wrong, where it is one.
absl::Status Refusal(Reason reason, std::string_view message, std::string_view field = {});
// Nothing: made by something else than Refusal.
std::optional<Reason> RefusalReason(const absl::Status& status);
// Empty: none was given.
std::string RefusalField(const absl::Status& status);

// False for numbers that are no reason of ours.
bool FromProto(signaling::v1::ErrorReason from, Reason* reason);

}  // namespace signaling
