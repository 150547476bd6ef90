// What passes between two peers, in a room or by the id of a stored offer, and what is told about stored offers, as
// JSON.
#pragma once

#include <string>

#include "gateway/codec/json_object.h"
#include "gateway/codec/message_type.h"
#include "signaling/v1/offer.pb.h"
#include "signaling/v1/signal.pb.h"

namespace signaling::gateway {

MessageType SignalType(const signaling::v1::Signal& signal);
// `object` is open at the end of `out`.
void AddSignal(JsonObject& object, std::string& out, const signaling::v1::Signal& signal);

MessageType OfferEventType(const signaling::v1::OfferEvent& event);
void AddOfferEvent(JsonObject& object, const signaling::v1::OfferEvent& event);

}  // namespace signaling::gateway
