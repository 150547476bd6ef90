// The errors that the gateway itself tells clients, from the one table of reasons.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/instant.h"
#include "services/common/reason.h"
#include "signaling/v1/error.pb.h"

namespace signaling::gateway {

// The connection stays.
signaling::v1::Error Fault(Reason reason, std::string_view message);
// The connection ends; the action says whether it makes sense to connect again.
signaling::v1::Error FatalError(Reason reason, std::string_view message);

// Rounded up to milliseconds, which is what clients are told.
void SetRetryAfter(Duration time, signaling::v1::Error* error);

// The reason of an error that the service sent; nothing for one that this gateway does not know.
std::optional<Reason> KnownReason(const signaling::v1::Error& error);

// Three of these in one connection end it.
bool IsStrike(Reason reason);

}  // namespace signaling::gateway
