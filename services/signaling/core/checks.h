// Whether what a client sent is acceptable in itself, before it is routed anywhere.
#pragma once

#include "absl/status/status.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling {

// The body of a numbered frame: room, signal, app, offer, moderate or refused. OK or a Refusal.
absl::Status CheckCommand(const signaling::v1::UpFrame& frame);

// All of an opening but its session_id. OK or a Refusal.
absl::Status CheckOpen(const signaling::v1::Open& open);

// All of an attachment but its session_id. OK or a Refusal.
absl::Status CheckAttach(const signaling::v1::Attach& attach);

// The body of a report. OK or a Refusal.
absl::Status CheckReport(const signaling::v1::Report& report);

}  // namespace signaling
