#include "services/signaling/core/media_policy.h"

#include "services/signaling/core/sdp_filter.h"

namespace signaling {

Passage Enforce(const MediaPolicy& policy, v1::Signal* signal) {
  switch (signal->signal_case()) {
    case v1::Signal::kOffer: return Enforce(policy, signal->mutable_offer());
    case v1::Signal::kAnswer: return Enforce(policy, signal->mutable_answer());
    case v1::Signal::kIceCandidate: return Enforce(policy, signal->mutable_ice_candidate());
    default: return Passage::kPass;
  }
}

Passage Enforce(const MediaPolicy& policy, v1::Description* description) {
  if (policy.audio_only && !HasOnlyAudio(description->sdp())) return Passage::kRefuse;
  if (policy.relay_only) description->set_sdp(RelayOnlySdp(description->sdp()));
  return Passage::kPass;
}

Passage Enforce(const MediaPolicy& policy, v1::IceCandidate* candidate) {
  if (!policy.relay_only) return Passage::kPass;
  return RelayOnlyCandidate(candidate->mutable_candidate()) ? Passage::kPass : Passage::kDrop;
}

}  // namespace signaling
