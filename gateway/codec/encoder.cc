#include "gateway/codec/encoder.h"

#include "gateway/codec/json_object.h"
#include "gateway/codec/offer_encoder.h"
#include "gateway/codec/room_encoder.h"
#include "services/common/reason.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

std::string_view ResumeErrorName(v1::ResumeError error) {
  switch (error) {
    case v1::RESUME_ERROR_UNSPECIFIED: return {};
    case v1::RESUME_ERROR_EVENTS_LOST: return "events_lost";
    case v1::RESUME_ERROR_INVALID: return "invalid";
    default: return "session_expired";  // what a later version may say as well
  }
}

void AddError(JsonObject& object, const v1::Error& error) {
  // A newer service may know reasons and actions that this gateway does not.
  const bool known =
      v1::ErrorReason_IsValid(error.reason()) && error.reason() != v1::ERROR_REASON_UNSPECIFIED;
  const ReasonInfo& info = Info(known ? static_cast<Reason>(error.reason()) : Reason::kInternal);
  const bool has_action =
      v1::ErrorAction_IsValid(error.action()) && error.action() != v1::ERROR_ACTION_UNSPECIFIED;
  object.Text("code", info.code);
  object.Text("message", error.message());
  object.Text("action", ActionName(has_action ? static_cast<Action>(error.action()) : info.action));
  if (error.has_retry_after()) {
    object.Milliseconds("retry_after_ms", FromProto(error.retry_after()));
  }
  object.Bool("fatal", error.fatal());
}

// As RTCPeerConnection takes them (W3C WebRTC, section 4.2.4).
void AddIceServers(JsonObject& object, std::string& out, const v1::IceServers& ice_servers) {
  object.Key("ice_servers") += '[';
  for (const v1::IceServer& one : ice_servers.servers()) {
    if (out.back() != '[') out += ',';
    JsonObject server(out);
    server.Texts("urls", one.urls());
    server.TextIfAny("username", one.username());
    server.TextIfAny("credential", one.credential());
  }
  out += ']';
}

// What every event has.
void AddNumbers(JsonObject& object, const v1::DownFrame& frame, const EncodeOptions& options) {
  if (frame.seq() != 0) object.Number("seq", frame.seq());
  if (options.numbered && frame.reply_to() != 0) object.Number("reply_to", frame.reply_to());
  if (options.ack_id != 0) object.Number("ack", options.ack_id);
}

}  // namespace

MessageType EncodeEvent(const v1::DownFrame& frame, const EncodeOptions& options,
                        std::string& out) {
  switch (frame.body_case()) {
    case v1::DownFrame::kRoom: {
      const MessageType type = RoomEventType(frame.room());
      JsonObject object(out, type);
      AddRoomEvent(object, out, frame.room());
      AddNumbers(object, frame, options);
      return type;
    }
    case v1::DownFrame::kSignal: {
      const MessageType type = SignalType(frame.signal());
      JsonObject object(out, type);
      AddSignal(object, out, frame.signal());
      AddNumbers(object, frame, options);
      return type;
    }
    case v1::DownFrame::kApp: {
      JsonObject object(out, MessageType::kMessage);
      object.Json("data", frame.app().data());
      // A back end has none.
      object.TextIfAny("client_id", frame.app().client_id());
      AddNumbers(object, frame, options);
      return MessageType::kMessage;
    }
    case v1::DownFrame::kOffer: {
      const MessageType type = OfferEventType(frame.offer());
      JsonObject object(out, type);
      AddOfferEvent(object, frame.offer());
      AddNumbers(object, frame, options);
      return type;
    }
    default: {
      JsonObject object(out, MessageType::kError);
      AddError(object, frame.error());
      AddNumbers(object, frame, options);
      return MessageType::kError;
    }
  }
}

MessageType EncodeConnected(const v1::Opened& opened, const ConnectedInfo& info, std::string& out) {
  JsonObject object(out, MessageType::kConnected);
  object.Text("client_id", opened.client_id());
  object.Text("session_id", opened.session_id());
  object.TextIfAny("resume_token", opened.resume_token());
  object.Bool("resumed", opened.resumed());
  object.TextIfAny("resume_error", ResumeErrorName(opened.resume_error()));
  object.Number("last_id", opened.last_id());
  if (opened.has_room()) {
    object.Key("room");
    JsonObject room(out);
    AddRoom(room, out, opened.room());
  }
  AddIceServers(object, out, opened.ice_servers());
  if (opened.ice_servers().has_expire_time()) {
    object.Time("ice_servers_expire_at", opened.ice_servers().expire_time());
  }
  const bool relay_only = opened.relay_only() || opened.room().options().relay_only();
  object.Text("ice_transport_policy", relay_only ? "relay" : "all");
  object.Milliseconds("ping_interval_ms", info.ping_interval);
  object.Milliseconds("timeout_ms", info.timeout);
  object.Milliseconds("resume_window_ms", FromProto(opened.resume_window()));
  if (opened.has_token_expire_time()) object.Time("token_expires_at", opened.token_expire_time());
  object.Key("limits");
  {
    JsonObject limits(out);
    limits.Number("max_message_bytes", info.max_message_bytes);
    limits.Number("max_metadata_bytes", info.max_metadata_bytes);
    limits.Number("max_app_message_bytes", info.max_app_message_bytes);
    limits.Number("max_json_depth", info.max_json_depth);
    limits.Number("max_offer_candidates", info.max_offer_candidates);
  }
  object.Json("features", "[]");
  return MessageType::kConnected;
}

std::optional<MessageType> EncodeNotice(const v1::Notice& notice, std::string& out) {
  if (notice.has_go_away()) {
    return EncodeGoAway(FromProto(notice.go_away().reconnect_after()), out);
  }
  if (notice.has_token_expiring()) {
    JsonObject object(out, MessageType::kTokenExpiring);
    object.Time("expires_at", notice.token_expiring().expire_time());
    return MessageType::kTokenExpiring;
  }
  if (!notice.has_ice_servers()) return std::nullopt;
  JsonObject object(out, MessageType::kIceServers);
  AddIceServers(object, out, notice.ice_servers());
  if (notice.ice_servers().has_expire_time()) {
    object.Time("expires_at", notice.ice_servers().expire_time());
  }
  return MessageType::kIceServers;
}

MessageType EncodeGoAway(absl::Duration reconnect_after, std::string& out) {
  JsonObject object(out, MessageType::kGoAway);
  object.Text("reason", "draining");
  object.Milliseconds("reconnect_after_ms", reconnect_after);
  return MessageType::kGoAway;
}

MessageType EncodeAck(std::uint64_t id, std::string& out) {
  JsonObject(out, MessageType::kAck).Number("id", id);
  return MessageType::kAck;
}

MessageType EncodePong(std::string_view t, std::string& out) {
  JsonObject object(out, MessageType::kPong);
  if (!t.empty()) object.Json("t", t);
  return MessageType::kPong;
}

MessageType EncodeRemoval(MessageType type, std::string_view reason, std::string& out) {
  JsonObject(out, type).TextIfAny("reason", reason);
  return type;
}

MessageType EncodeError(const v1::Error& error, std::string& out) {
  JsonObject object(out, MessageType::kError);
  AddError(object, error);
  return MessageType::kError;
}

}  // namespace signaling::gateway
