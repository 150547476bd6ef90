// One event of WatchEvents as a line for people.
#pragma once

#include <string>

#include "signaling/v1/event.pb.h"

namespace signaling::ctl {

// "12:34:56.789  participant_entered  lobby  ann": when, what, where, who and why. Printable.
std::string EventText(const signaling::v1::Event& event);

}  // namespace signaling::ctl
