// A history (history.proto) as a table: time, what happened, with whom, and why.
#pragma once

#include <string>

#include "services/signalctl/table.h"
#include "signaling/v1/history.pb.h"

namespace signaling::ctl {

// Something was refused, failed or ended for a reason: what a reader looks for first.
bool IsRefusal(const signaling::v1::Step& step);

// "message refused", "5 candidates sent over 1.2s".
std::string StepText(const signaling::v1::Step& step);

// "room_full"; "connected by relay in 850ms"; empty.
std::string WhyText(const signaling::v1::Step& step);

Table Timeline(const signaling::v1::History& history);

}  // namespace signaling::ctl
