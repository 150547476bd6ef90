#include "services/signaling/rpc/unknown_fields.h"

#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

void DropOf(google::protobuf::Message* message) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  if (reflection->GetUnknownFields(*message).empty()) return;
  reflection->MutableUnknownFields(message)->Clear();
}

}  // namespace

// The bodies that come most often are looked at by hand, which costs next to nothing where there is nothing.
void DropUnknownFields(v1::UpFrame* frame) {
  if (frame->has_app()) return DropOf(frame->mutable_app());
  if (!frame->has_signal()) return frame->DiscardUnknownFields();
  v1::Signal* signal = frame->mutable_signal();
  DropOf(signal);
  switch (signal->signal_case()) {
    case v1::Signal::kOffer: return DropOf(signal->mutable_offer());
    case v1::Signal::kAnswer: return DropOf(signal->mutable_answer());
    case v1::Signal::kIceCandidate: return DropOf(signal->mutable_ice_candidate());
    default: return signal->DiscardUnknownFields();
  }
}

}  // namespace signaling
