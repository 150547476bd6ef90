// A call's result, for people and as one JSON object a call.
#pragma once

#include <ostream>

#include "services/signalctl/call/call.h"

namespace signaling::ctl {

void PrintCall(const CallResult& call, std::ostream& out);
// {"ok", "traceparent", "room"? | "offer_id"?, "steps": [{"name", "ms"}], "setup_ms"?, "total_ms"?, "failed_step"?, "what"?,
// "meaning"?, "next"?}
void PrintCallJson(const CallResult& call, std::ostream& out);

}  // namespace signaling::ctl
