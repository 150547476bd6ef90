// What a room tells, as JSON.
#pragma once

#include <string>

#include "gateway/codec/json_object.h"
#include "gateway/codec/message_type.h"
#include "signaling/v1/session.pb.h"

namespace signaling::gateway {

MessageType RoomEventType(const signaling::v1::RoomEvent& event);

// Each appends to `out`, at whose end `object` is open, the fields of:
// an event;
void AddRoomEvent(JsonObject& object, std::string& out, const signaling::v1::RoomEvent& event);
// the room that a session is in.
void AddRoom(JsonObject& object, std::string& out, const signaling::v1::Joined& joined);

}  // namespace signaling::gateway
