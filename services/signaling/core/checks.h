// Whether what a client sent is acceptable in itself, before it is routed anywhere.
#pragma once

#include <optional>

#include "services/common/reason.h"
#include "services/signaling/core/session_id.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

struct Fault {
  Reason reason;
  std::string message;
};

// The body of a numbered frame: room, signal, app or refused. Nothing: it is acceptable.
std::optional<Fault> CheckCommand(const signaling::v1::UpFrame& frame);

// All of an opening but its session_id.
std::optional<Fault> CheckOpen(const signaling::v1::Open& open);

}  // namespace signaling
