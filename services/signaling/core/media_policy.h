// What a room, or the service, lets descriptions and candidates say.
#pragma once

#include "signaling/v1/signal.pb.h"

namespace signaling {

struct MediaPolicy {
  bool audio_only = false;
  bool relay_only = false;
};

enum class Passage {
  kPass,
  kDrop,    // a candidate that the other side is not to learn
  kRefuse,  // MEDIA_NOT_ALLOWED
};

// Takes out what the other side is not to learn. The contents were checked before.
Passage Enforce(const MediaPolicy& policy, signaling::v1::Signal* signal);
Passage Enforce(const MediaPolicy& policy, signaling::v1::Description* description);
Passage Enforce(const MediaPolicy& policy, signaling::v1::IceCandidate* candidate);

}  // namespace signaling
