#include "gateway/codec/encoder.h"

#include <gtest/gtest.h>

#include "gateway/codec/decoder.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

std::string Event(const v1::DownFrame& frame, const EncodeOptions& options, MessageType type) {
  std::string out;
  EXPECT_EQ(EncodeEvent(frame, options, out), type);
  return out;
}

v1::DownFrame Frame() {
  v1::DownFrame frame;
  frame.set_slot(3);
  frame.set_seq(12);
  return frame;
}

void Fill(v1::Participant* participant, std::string_view id, bool polite) {
  participant->set_client_id(std::string(id));
  participant->mutable_joined_time()->set_seconds(1767225600);
  participant->mutable_joined_time()->set_nanos(123999999);
  participant->set_polite(polite);
  participant->set_connected(true);
}

TEST(EncoderTest, SignalsLookAsInThePlainFormat) {
  v1::DownFrame frame = Frame();
  frame.mutable_signal()->set_client_id("robot");
  frame.mutable_signal()->mutable_offer()->set_sdp("v=0\r\n");
  EXPECT_EQ(Event(frame, {}, MessageType::kOffer),
            R"({"type":"offer","sdp":"v=0\r\n","client_id":"robot","seq":12})");
  frame.mutable_signal()->mutable_answer()->set_sdp("é");
  EXPECT_EQ(Event(frame, {}, MessageType::kAnswer),
            R"({"type":"answer","sdp":"é","client_id":"robot","seq":12})");
  v1::IceCandidate* candidate = frame.mutable_signal()->mutable_ice_candidate();
  candidate->set_candidate("c");
  EXPECT_EQ(Event(frame, {}, MessageType::kIceCandidate),
            R"({"type":"ice_candidate","candidate":"c","client_id":"robot","seq":12})");
  candidate->set_sdp_mid("0");
  candidate->set_sdp_m_line_index(0);
  candidate->set_username_fragment("u");
  EXPECT_EQ(Event(frame, {}, MessageType::kIceCandidate),
            R"({"type":"ice_candidate","candidate":"c","sdpMid":"0","sdpMLineIndex":0,)"
            R"("usernameFragment":"u","client_id":"robot","seq":12})");
  frame.mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_BUSY);
  EXPECT_EQ(Event(frame, {}, MessageType::kReject),
            R"({"type":"reject","reason":"busy","client_id":"robot","seq":12})");
}

TEST(EncoderTest, NumbersGoToWhomTheyConcern) {
  v1::DownFrame frame = Frame();
  frame.set_reply_to(8);
  frame.mutable_room()->mutable_left()->set_reason(v1::LEAVE_REASON_LEFT);
  EXPECT_EQ(Event(frame, {}, MessageType::kLeft), R"({"type":"left","reason":"left","seq":12})");
  EXPECT_EQ(Event(frame, {.numbered = true, .ack_id = 9}, MessageType::kLeft),
            R"({"type":"left","reason":"left","seq":12,"reply_to":8,"ack":9})");
  frame.set_seq(0);
  frame.set_reply_to(0);
  EXPECT_EQ(Event(frame, {.numbered = true, .ack_id = 18446744073709551615U}, MessageType::kLeft),
            R"({"type":"left","reason":"left","ack":18446744073709551615})");
}

TEST(EncoderTest, RoomEvents) {
  v1::DownFrame frame = Frame();
  v1::Joined* joined = frame.mutable_room()->mutable_joined();
  joined->set_room("lobby");
  joined->mutable_options()->set_max_participants(5);
  Fill(joined->add_participants(), "a", true);
  (*joined->mutable_participants(0)->mutable_metadata())["k\""] = "v\n";
  Fill(joined->add_participants(), "b", true);
  EXPECT_EQ(
      Event(frame, {}, MessageType::kJoined),
      R"({"type":"joined","room":"lobby","options":{"max_participants":5},"participants":[)"
      R"({"client_id":"a","metadata":{"k\"":"v\n"},"joined_at":"2026-01-01T00:00:00.123Z","polite":true,"connected":true},)"
      R"({"client_id":"b","metadata":{},"joined_at":"2026-01-01T00:00:00.123Z","polite":true,"connected":true}],"seq":12})");

  Fill(frame.mutable_room()->mutable_participant_joined()->mutable_participant(), "c", false);
  EXPECT_EQ(
      Event(frame, {}, MessageType::kParticipantJoined),
      R"({"type":"participant_joined","client_id":"c","participant":)"
      R"({"client_id":"c","metadata":{},"joined_at":"2026-01-01T00:00:00.123Z","polite":false,"connected":true},"seq":12})");

  frame.mutable_room()->mutable_participant_updated()->set_client_id("old");
  Fill(frame.mutable_room()->mutable_participant_updated()->mutable_participant(), "new", false);
  EXPECT_EQ(
      Event(frame, {}, MessageType::kParticipantUpdated),
      R"({"type":"participant_updated","client_id":"old","participant":)"
      R"({"client_id":"new","metadata":{},"joined_at":"2026-01-01T00:00:00.123Z","polite":false,"connected":true},"seq":12})");

  frame.mutable_room()->mutable_participant_left()->set_client_id("c");
  frame.mutable_room()->mutable_participant_left()->set_reason(v1::LEAVE_REASON_OVERFLOW);
  EXPECT_EQ(Event(frame, {}, MessageType::kParticipantLeft),
            R"({"type":"participant_left","client_id":"c","reason":"overflow","seq":12})");
}

TEST(EncoderTest, EveryLeaveReasonHasItsName) {
  const std::pair<v1::LeaveReason, std::string_view> cases[] = {
      {v1::LEAVE_REASON_LEFT, "left"},         {v1::LEAVE_REASON_TIMEOUT, "timeout"},
      {v1::LEAVE_REASON_REPLACED, "replaced"}, {v1::LEAVE_REASON_OVERFLOW, "overflow"},
      {v1::LEAVE_REASON_CLOSED, "closed"},
  };
  for (const auto& [reason, name] : cases) {
    v1::DownFrame frame;
    frame.mutable_room()->mutable_left()->set_reason(reason);
    EXPECT_EQ(Event(frame, {}, MessageType::kLeft),
              R"({"type":"left","reason":")" + std::string(name) + "\"}");
  }
}

TEST(EncoderTest, AppMessageKeepsItsJson) {
  v1::DownFrame frame = Frame();
  frame.mutable_app()->set_client_id("a");
  frame.mutable_app()->set_data(R"({"x":[1.50,null]})");
  EXPECT_EQ(Event(frame, {}, MessageType::kMessage),
            R"({"type":"message","data":{"x":[1.50,null]},"client_id":"a","seq":12})");
}

TEST(EncoderTest, Errors) {
  v1::DownFrame frame = Frame();
  frame.set_reply_to(5);
  v1::Error* error = frame.mutable_error();
  error->set_reason(v1::ERROR_REASON_PEER_UNAVAILABLE);
  error->set_message("nobody \"here\"");
  error->set_action(v1::ERROR_ACTION_NONE);
  EXPECT_EQ(
      Event(frame, {.numbered = true}, MessageType::kError),
      R"({"type":"error","code":"peer_unavailable","message":"nobody \"here\"","action":"none","fatal":false,"seq":12,"reply_to":5})");

  error->set_action(v1::ERROR_ACTION_UNSPECIFIED);
  error->set_reason(v1::ERROR_REASON_DRAINING);
  error->set_message("");
  error->mutable_retry_after()->set_seconds(1);
  error->mutable_retry_after()->set_nanos(500000000);
  error->set_fatal(true);
  std::string out;
  EXPECT_EQ(EncodeError(*error, out), MessageType::kError);
  EXPECT_EQ(
      out,
      R"({"type":"error","code":"draining","message":"","action":"reconnect","retry_after_ms":1500,"fatal":true})");

  error->Clear();
  error->set_reason(static_cast<v1::ErrorReason>(999));
  error->set_action(static_cast<v1::ErrorAction>(77));
  out.clear();
  EncodeError(*error, out);
  EXPECT_EQ(out,
            R"({"type":"error","code":"internal","message":"","action":"retry","fatal":false})")
      << "a reason of a later version";
}

TEST(EncoderTest, Connected) {
  v1::Opened opened;
  opened.set_client_id("a");
  opened.set_session_id("s");
  const ConnectedInfo info = {.ping_interval = absl::Seconds(10),
                              .timeout = absl::Seconds(30),
                              .max_message_bytes = 65536,
                              .max_metadata_bytes = 4096,
                              .max_app_message_bytes = 16384,
                              .max_json_depth = 16};
  const std::string end =
      R"("ice_servers":[],"ice_transport_policy":"all","ping_interval_ms":10000,"timeout_ms":30000,)"
      R"("limits":{"max_message_bytes":65536,"max_metadata_bytes":4096,"max_app_message_bytes":16384,"max_json_depth":16},"features":[]})";
  std::string out;
  EXPECT_EQ(EncodeConnected(opened, info, out), MessageType::kConnected);
  EXPECT_EQ(
      out,
      R"({"type":"connected","client_id":"a","session_id":"s","resumed":false,"last_id":0,)" + end);

  opened.mutable_room()->set_room("lobby");
  opened.mutable_room()->mutable_options()->set_max_participants(2);
  out.clear();
  EncodeConnected(opened, info, out);
  EXPECT_EQ(out,
            R"({"type":"connected","client_id":"a","session_id":"s","resumed":false,"last_id":0,)"
            R"("room":{"room":"lobby","options":{"max_participants":2},"participants":[]},)" +
                end);
}

TEST(EncoderTest, AcksAndPongsAreAppended) {
  std::string out = "x";
  EXPECT_EQ(EncodeAck(42, out), MessageType::kAck);
  EXPECT_EQ(EncodePong("", out), MessageType::kPong);
  EXPECT_EQ(EncodePong("[1]", out), MessageType::kPong);
  EXPECT_EQ(out, R"(x{"type":"ack","id":42}{"type":"pong"}{"type":"pong","t":[1]})");
}

TEST(EncoderTest, TypesHaveTheNamesThatTheDecoderReads) {
  for (std::size_t i = 0; i < kMessageTypes; ++i) {
    const auto type = static_cast<MessageType>(i);
    const std::optional<MessageType> read = ClientMessageType(MessageTypeName(type));
    if (type <= MessageType::kAck) {
      EXPECT_EQ(read, type);
    } else {
      EXPECT_FALSE(read) << MessageTypeName(type);
    }
  }
  EXPECT_FALSE(ClientMessageType(""));
}

}  // namespace
}  // namespace signaling::gateway
