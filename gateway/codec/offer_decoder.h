// What a client sends to another, and what it asks of the stored offers, from the fields of its message. `problem` of
// the check says what a false one lacks.
#pragma once

#include "gateway/codec/field_check.h"
#include "gateway/codec/message_type.h"
#include "signaling/v1/offer.pb.h"
#include "signaling/v1/signal.pb.h"

namespace signaling::gateway {

// `type` is one of offer, answer, ice_candidate, reject.
bool DecodeSignal(FieldCheck& check, MessageType type, signaling::v1::Signal* signal);

// `nested` is room to read `candidates` in.
bool DecodeCreateOffer(FieldCheck& check, FieldReader& nested, signaling::v1::CreateOffer* create);
// Of claim_offer and withdraw_offer.
bool DecodeOfferId(FieldCheck& check, std::string* offer_id);

}  // namespace signaling::gateway
