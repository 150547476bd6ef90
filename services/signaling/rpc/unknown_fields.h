// What this version does not know is ignored: it must not be passed on unchecked.
#pragma once

#include "signaling/v1/signaling.pb.h"

namespace signaling {

void DropUnknownFields(signaling::v1::UpFrame* frame);

}  // namespace signaling
