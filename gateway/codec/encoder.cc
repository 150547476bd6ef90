#include "gateway/codec/encoder.h"

#include <array>
#include <charconv>
#include <limits>

#include "services/common/json_text.h"
#include "services/common/reason.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

// One JSON object, opened with its type and closed by the destructor.
class Object {
 public:
  Object(std::string& out, MessageType type) : out_(out) {
    out_ += R"({"type":")";
    out_ += MessageTypeName(type);
    out_ += '"';
  }
  // Without a type: an object within another.
  explicit Object(std::string& out) : out_(out), first_(true) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // `name` is put between quotes as it is.
  std::string& Key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void Text(std::string_view name, std::string_view value) { AppendJsonString(Key(name), value); }
  void Number(std::string_view name, std::uint64_t value) {
    std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
    char* const begin = digits.data();
    const char* end = std::to_chars(begin, begin + digits.size(), value).ptr;
    Key(name).append(begin, static_cast<std::size_t>(end - begin));
  }
  void Bool(std::string_view name, bool value) { Key(name) += value ? "true" : "false"; }
  void Json(std::string_view name, std::string_view text) { Key(name) += text; }

 private:
  std::string& out_;
  bool first_ = false;
};

// Durations go out in whole milliseconds.
std::uint64_t Milliseconds(absl::Duration duration) {
  const std::int64_t ms = absl::ToInt64Milliseconds(duration);
  return ms > 0 ? static_cast<std::uint64_t>(ms) : 0;
}

std::string_view LeaveReasonName(v1::LeaveReason reason) {
  switch (reason) {
    case v1::LEAVE_REASON_LEFT: return "left";
    case v1::LEAVE_REASON_TIMEOUT: return "timeout";
    case v1::LEAVE_REASON_REPLACED: return "replaced";
    case v1::LEAVE_REASON_OVERFLOW: return "overflow";
    default: return "closed";
  }
}

std::string_view RejectReasonName(v1::Reject::Reason reason) {
  switch (reason) {
    case v1::Reject::REASON_BUSY: return "busy";
    case v1::Reject::REASON_UNSUPPORTED: return "unsupported";
    default: return "declined";
  }
}

void AppendParticipant(std::string& out, const v1::Participant& participant) {
  Object object(out);
  object.Text("client_id", participant.client_id());
  object.Key("metadata");
  {
    // Keys are the client's, so they are escaped, unlike ours.
    out += '{';
    bool first = true;
    for (const auto& [key, value] : participant.metadata()) {
      if (!first) out += ',';
      first = false;
      AppendJsonString(out, key);
      out += ':';
      AppendJsonString(out, value);
    }
    out += '}';
  }
  const auto& joined = participant.joined_time();
  object.Text("joined_at", JsonTime(absl::FromUnixSeconds(joined.seconds()) +
                                    absl::Nanoseconds(joined.nanos())));
  object.Bool("polite", participant.polite());
  object.Bool("connected", participant.connected());
}

void AddRoom(Object& object, std::string& out, const v1::Joined& joined) {
  object.Text("room", joined.room());
  object.Key("options");
  { Object(out).Number("max_participants", joined.options().max_participants()); }
  object.Key("participants") += '[';
  for (int i = 0; i < joined.participants_size(); ++i) {
    if (i > 0) out += ',';
    AppendParticipant(out, joined.participants(i));
  }
  out += ']';
}

void AddError(Object& object, const v1::Error& error) {
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
    object.Number("retry_after_ms", Milliseconds(absl::Seconds(error.retry_after().seconds()) +
                                                 absl::Nanoseconds(error.retry_after().nanos())));
  }
  object.Bool("fatal", error.fatal());
}

// What every event has.
void AddNumbers(Object& object, const v1::DownFrame& frame, const EncodeOptions& options) {
  if (frame.seq() != 0) object.Number("seq", frame.seq());
  if (options.numbered && frame.reply_to() != 0) object.Number("reply_to", frame.reply_to());
  if (options.ack_id != 0) object.Number("ack", options.ack_id);
}

MessageType RoomType(const v1::RoomEvent& room) {
  switch (room.event_case()) {
    case v1::RoomEvent::kJoined: return MessageType::kJoined;
    case v1::RoomEvent::kParticipantJoined: return MessageType::kParticipantJoined;
    case v1::RoomEvent::kParticipantUpdated: return MessageType::kParticipantUpdated;
    case v1::RoomEvent::kParticipantLeft: return MessageType::kParticipantLeft;
    default: return MessageType::kLeft;
  }
}

void AddRoomEvent(Object& object, std::string& out, const v1::RoomEvent& room) {
  switch (room.event_case()) {
    case v1::RoomEvent::kJoined: AddRoom(object, out, room.joined()); return;
    case v1::RoomEvent::kParticipantJoined: {
      const v1::Participant& participant = room.participant_joined().participant();
      object.Text("client_id", participant.client_id());
      object.Key("participant");
      AppendParticipant(out, participant);
      return;
    }
    case v1::RoomEvent::kParticipantUpdated:
      object.Text("client_id", room.participant_updated().client_id());
      object.Key("participant");
      AppendParticipant(out, room.participant_updated().participant());
      return;
    case v1::RoomEvent::kParticipantLeft:
      object.Text("client_id", room.participant_left().client_id());
      object.Text("reason", LeaveReasonName(room.participant_left().reason()));
      return;
    default: object.Text("reason", LeaveReasonName(room.left().reason())); return;
  }
}

MessageType SignalType(const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: return MessageType::kOffer;
    case v1::Signal::kAnswer: return MessageType::kAnswer;
    case v1::Signal::kIceCandidate: return MessageType::kIceCandidate;
    default: return MessageType::kReject;
  }
}

void AddSignal(Object& object, const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: object.Text("sdp", signal.offer().sdp()); break;
    case v1::Signal::kAnswer: object.Text("sdp", signal.answer().sdp()); break;
    case v1::Signal::kIceCandidate: {
      const v1::IceCandidate& candidate = signal.ice_candidate();
      object.Text("candidate", candidate.candidate());
      if (candidate.has_sdp_mid()) object.Text("sdpMid", candidate.sdp_mid());
      if (candidate.has_sdp_m_line_index()) {
        object.Number("sdpMLineIndex", candidate.sdp_m_line_index());
      }
      if (candidate.has_username_fragment()) {
        object.Text("usernameFragment", candidate.username_fragment());
      }
      break;
    }
    default: object.Text("reason", RejectReasonName(signal.reject().reason())); break;
  }
  object.Text("client_id", signal.client_id());
}

}  // namespace

MessageType EncodeEvent(const v1::DownFrame& frame, const EncodeOptions& options,
                        std::string& out) {
  switch (frame.body_case()) {
    case v1::DownFrame::kRoom: {
      const MessageType type = RoomType(frame.room());
      Object object(out, type);
      AddRoomEvent(object, out, frame.room());
      AddNumbers(object, frame, options);
      return type;
    }
    case v1::DownFrame::kSignal: {
      const MessageType type = SignalType(frame.signal());
      Object object(out, type);
      AddSignal(object, frame.signal());
      AddNumbers(object, frame, options);
      return type;
    }
    case v1::DownFrame::kApp: {
      Object object(out, MessageType::kMessage);
      object.Json("data", frame.app().data());
      object.Text("client_id", frame.app().client_id());
      AddNumbers(object, frame, options);
      return MessageType::kMessage;
    }
    default: {
      Object object(out, MessageType::kError);
      AddError(object, frame.error());
      AddNumbers(object, frame, options);
      return MessageType::kError;
    }
  }
}

MessageType EncodeConnected(const v1::Opened& opened, const ConnectedInfo& info, std::string& out) {
  Object object(out, MessageType::kConnected);
  object.Text("client_id", opened.client_id());
  object.Text("session_id", opened.session_id());
  object.Bool("resumed", false);
  object.Number("last_id", opened.last_id());
  if (opened.has_room()) {
    object.Key("room");
    Object room(out);
    AddRoom(room, out, opened.room());
  }
  object.Json("ice_servers", "[]");
  object.Text("ice_transport_policy", "all");
  object.Number("ping_interval_ms", Milliseconds(info.ping_interval));
  object.Number("timeout_ms", Milliseconds(info.timeout));
  object.Key("limits");
  {
    Object limits(out);
    limits.Number("max_message_bytes", info.max_message_bytes);
    limits.Number("max_metadata_bytes", info.max_metadata_bytes);
    limits.Number("max_app_message_bytes", info.max_app_message_bytes);
    limits.Number("max_json_depth", info.max_json_depth);
  }
  object.Json("features", "[]");
  return MessageType::kConnected;
}

MessageType EncodeAck(std::uint64_t id, std::string& out) {
  Object(out, MessageType::kAck).Number("id", id);
  return MessageType::kAck;
}

MessageType EncodePong(std::string_view t, std::string& out) {
  Object object(out, MessageType::kPong);
  if (!t.empty()) object.Json("t", t);
  return MessageType::kPong;
}

MessageType EncodeError(const v1::Error& error, std::string& out) {
  Object object(out, MessageType::kError);
  AddError(object, error);
  return MessageType::kError;
}

}  // namespace signaling::gateway
