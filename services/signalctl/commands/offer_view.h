// Offers as they are shown.
#pragma once

#include <string>

#include "services/signalctl/context.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling::ctl {

std::string StateOf(const signaling::v1::Offer& offer);

void PrintOffer(Context& context, const signaling::v1::Offer& offer);

}  // namespace signaling::ctl
