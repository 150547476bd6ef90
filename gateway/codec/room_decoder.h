// What a client asks of a room, from the fields of its message. `problem` of the check says what a false one lacks.
#pragma once

#include "gateway/codec/field_check.h"
#include "signaling/v1/session.pb.h"

namespace signaling::gateway {

// `nested` is room to read `options` in.
bool DecodeJoin(FieldCheck& check, FieldReader& nested, signaling::v1::Join* join);
bool DecodeUpdate(FieldCheck& check, signaling::v1::Update* update);

// For moderators.
bool DecodeKick(FieldCheck& check, signaling::v1::Kick* kick);
bool DecodeLock(FieldCheck& check, signaling::v1::Lock* lock);
bool DecodeCloseRoom(FieldCheck& check, signaling::v1::CloseRoom* close);
bool DecodeAdmit(FieldCheck& check, signaling::v1::Admit* admit);

}  // namespace signaling::gateway
