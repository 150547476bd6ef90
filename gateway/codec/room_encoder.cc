#include "gateway/codec/room_encoder.h"

#include <string_view>

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

std::string_view LeaveReasonName(v1::LeaveReason reason) {
  switch (reason) {
    case v1::LEAVE_REASON_LEFT: return "left";
    case v1::LEAVE_REASON_TIMEOUT: return "timeout";
    case v1::LEAVE_REASON_REPLACED: return "replaced";
    case v1::LEAVE_REASON_OVERFLOW: return "overflow";
    case v1::LEAVE_REASON_KICKED: return "kicked";
    default: return "closed";
  }
}

void AppendParticipant(std::string& out, const v1::Participant& participant) {
  JsonObject object(out);
  object.Text("client_id", participant.client_id());
  object.Strings("metadata", participant.metadata());
  object.Time("joined_at", participant.joined_time());
  object.Bool("polite", participant.polite());
  object.Bool("connected", participant.connected());
}

void AppendOptions(std::string& out, const v1::RoomOptions& options) {
  JsonObject object(out);
  object.Number("max_participants", options.max_participants());
  object.Text("media", options.media() == v1::MEDIA_AUDIO ? "audio" : "any");
  object.Bool("relay_only", options.relay_only());
  object.Bool("knock", options.knock());
  object.Bool("locked", options.locked());
}

}  // namespace

MessageType RoomEventType(const v1::RoomEvent& event) {
  switch (event.event_case()) {
    case v1::RoomEvent::kJoined: return MessageType::kJoined;
    case v1::RoomEvent::kParticipantJoined: return MessageType::kParticipantJoined;
    case v1::RoomEvent::kParticipantUpdated: return MessageType::kParticipantUpdated;
    case v1::RoomEvent::kParticipantLeft: return MessageType::kParticipantLeft;
    case v1::RoomEvent::kParticipantConnection: return MessageType::kParticipantConnection;
    case v1::RoomEvent::kKnock: return MessageType::kKnock;
    case v1::RoomEvent::kRoomLocked: return MessageType::kRoomLocked;
    case v1::RoomEvent::kRoomUpdated: return MessageType::kRoomUpdated;
    default: return MessageType::kLeft;
  }
}

void AddRoomEvent(JsonObject& object, std::string& out, const v1::RoomEvent& event) {
  switch (event.event_case()) {
    case v1::RoomEvent::kJoined: AddRoom(object, out, event.joined()); return;
    case v1::RoomEvent::kParticipantJoined: {
      const v1::Participant& participant = event.participant_joined().participant();
      object.Text("client_id", participant.client_id());
      object.Key("participant");
      AppendParticipant(out, participant);
      return;
    }
    case v1::RoomEvent::kParticipantUpdated:
      object.Text("client_id", event.participant_updated().client_id());
      object.Key("participant");
      AppendParticipant(out, event.participant_updated().participant());
      return;
    case v1::RoomEvent::kParticipantLeft:
      object.Text("client_id", event.participant_left().client_id());
      object.Text("reason", LeaveReasonName(event.participant_left().reason()));
      return;
    case v1::RoomEvent::kParticipantConnection:
      object.Text("client_id", event.participant_connection().client_id());
      object.Bool("connected", event.participant_connection().connected());
      return;
    case v1::RoomEvent::kKnock: object.TextIfAny("client_id", event.knock().client_id()); return;
    case v1::RoomEvent::kRoomLocked:
      object.Bool("locked", event.room_locked().locked());
      object.TextIfAny("client_id", event.room_locked().client_id());
      return;
    case v1::RoomEvent::kRoomUpdated:
      object.Key("options");
      AppendOptions(out, event.room_updated().options());
      return;
    default: object.Text("reason", LeaveReasonName(event.left().reason())); return;
  }
}

void AddRoom(JsonObject& object, std::string& out, const v1::Joined& joined) {
  object.Text("room", joined.room());
  object.Key("options");
  AppendOptions(out, joined.options());
  object.Key("participants") += '[';
  for (int i = 0; i < joined.participants_size(); ++i) {
    if (i > 0) out += ',';
    AppendParticipant(out, joined.participants(i));
  }
  out += ']';
}

}  // namespace signaling::gateway
