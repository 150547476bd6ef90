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
      R"({"type":"joined","room":"lobby","options":{"max_participants":5,"media":"any","relay_only":false,"knock":false,"locked":false},"participants":[)"
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
      {v1::LEAVE_REASON_CLOSED, "closed"},     {v1::LEAVE_REASON_KICKED, "kicked"},
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

TEST(EncoderTest, ABackEndHasNoClientId) {
  v1::DownFrame frame = Frame();
  frame.mutable_app()->set_data("7");
  EXPECT_EQ(Event(frame, {}, MessageType::kMessage), R"({"type":"message","data":7,"seq":12})");
}

TEST(EncoderTest, KnocksAndLocks) {
  v1::DownFrame frame = Frame();
  frame.set_reply_to(4);
  frame.mutable_room()->mutable_knock();
  EXPECT_EQ(Event(frame, {.numbered = true}, MessageType::kKnock),
            R"({"type":"knock","seq":12,"reply_to":4})");
  frame.set_reply_to(0);
  frame.mutable_room()->mutable_knock()->set_client_id("eve");
  EXPECT_EQ(Event(frame, {}, MessageType::kKnock),
            R"({"type":"knock","client_id":"eve","seq":12})");
  frame.mutable_room()->mutable_room_locked()->set_locked(true);
  EXPECT_EQ(Event(frame, {}, MessageType::kRoomLocked),
            R"({"type":"room_locked","locked":true,"seq":12})");
  frame.mutable_room()->mutable_room_locked()->set_locked(false);
  frame.mutable_room()->mutable_room_locked()->set_client_id("ann");
  EXPECT_EQ(Event(frame, {}, MessageType::kRoomLocked),
            R"({"type":"room_locked","locked":false,"client_id":"ann","seq":12})");
  v1::RoomOptions* options = frame.mutable_room()->mutable_room_updated()->mutable_options();
  options->set_max_participants(3);
  options->set_media(v1::MEDIA_AUDIO);
  options->set_relay_only(true);
  EXPECT_EQ(Event(frame, {}, MessageType::kRoomUpdated),
            R"({"type":"room_updated","options":{"max_participants":3,"media":"audio",)"
            R"("relay_only":true,"knock":false,"locked":false},"seq":12})");
}

TEST(EncoderTest, OffersSayWhereTheyStand) {
  struct Case {
    v1::OfferState state;
    v1::OfferReason reason;
    MessageType type;
    std::string_view fields;
  };
  const Case cases[] = {
      {v1::OFFER_STATE_QUEUED, v1::OFFER_REASON_UNSPECIFIED, MessageType::kOfferCreated, ""},
      {v1::OFFER_STATE_QUEUED, v1::OFFER_REASON_LEASE_EXPIRED, MessageType::kOfferRequeued,
       R"(,"reason":"lease_expired")"},
      {v1::OFFER_STATE_QUEUED, v1::OFFER_REASON_CLAIMER_LEFT, MessageType::kOfferRequeued,
       R"(,"reason":"claimer_left")"},
      {v1::OFFER_STATE_QUEUED, v1::OFFER_REASON_BUSY, MessageType::kOfferRequeued,
       R"(,"reason":"busy")"},
      {v1::OFFER_STATE_QUEUED, v1::OFFER_REASON_UNSUPPORTED, MessageType::kOfferRequeued,
       R"(,"reason":"unsupported")"},
      {v1::OFFER_STATE_CLAIMED, v1::OFFER_REASON_UNSPECIFIED, MessageType::kOfferClaimed, ""},
      {v1::OFFER_STATE_REJECTED, v1::OFFER_REASON_DECLINED, MessageType::kOfferRejected,
       R"(,"reason":"declined")"},
      {v1::OFFER_STATE_EXPIRED, v1::OFFER_REASON_TTL_EXPIRED, MessageType::kOfferExpired,
       R"(,"reason":"ttl_expired")"},
      {v1::OFFER_STATE_EXPIRED, v1::OFFER_REASON_MAKER_LEFT, MessageType::kOfferExpired,
       R"(,"reason":"maker_left")"},
      {v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_DELETED, MessageType::kOfferWithdrawn,
       R"(,"reason":"deleted")"},
      {v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_SUPERSEDED, MessageType::kOfferWithdrawn,
       R"(,"reason":"superseded")"},
      {v1::OFFER_STATE_WITHDRAWN, static_cast<v1::OfferReason>(99), MessageType::kOfferWithdrawn,
       ""},
  };
  for (const Case& c : cases) {
    v1::DownFrame frame = Frame();
    frame.mutable_offer()->set_offer_id("o");
    frame.mutable_offer()->set_state(c.state);
    frame.mutable_offer()->set_reason(c.reason);
    const std::string type(MessageTypeName(c.type));
    EXPECT_EQ(Event(frame, {}, c.type), R"({"type":")" + type + R"(","offer_id":"o")" +
                                            std::string(c.fields) + R"(,"seq":12})");
    frame.mutable_offer()->set_client_id("b");
    frame.mutable_offer()->mutable_expire_time()->set_seconds(1767225600);
    EXPECT_EQ(Event(frame, {}, c.type),
              R"({"type":")" + type + R"(","offer_id":"o","client_id":"b")" +
                  std::string(c.fields) + R"(,"expires_at":"2026-01-01T00:00:00.000Z","seq":12})");
  }
}

TEST(EncoderTest, SignalsOfAStoredOfferNameIt) {
  v1::DownFrame frame = Frame();
  frame.set_reply_to(3);
  v1::Signal& signal = *frame.mutable_signal();
  signal.set_client_id("maker");
  signal.set_offer_id("o");
  signal.mutable_answer()->set_sdp("s");
  EXPECT_EQ(Event(frame, {}, MessageType::kAnswer),
            R"({"type":"answer","sdp":"s","client_id":"maker","offer_id":"o","seq":12})");

  signal.mutable_offer()->set_sdp("s");
  signal.mutable_claim()->mutable_lease_expire_time()->set_seconds(1767225600);
  EXPECT_EQ(Event(frame, {.numbered = true}, MessageType::kOffer),
            R"({"type":"offer","sdp":"s","candidates":[],"expires_at":"2026-01-01T00:00:00.000Z",)"
            R"("client_id":"maker","offer_id":"o","seq":12,"reply_to":3})");

  v1::IceCandidate& first = *signal.mutable_claim()->add_candidates();
  first.set_candidate("c");
  first.set_sdp_mid("0");
  first.set_sdp_m_line_index(0);
  first.set_username_fragment("u");
  signal.mutable_claim()->add_candidates();
  (*signal.mutable_claim()->mutable_metadata())["k"] = "v";
  EXPECT_EQ(Event(frame, {}, MessageType::kOffer),
            R"({"type":"offer","sdp":"s","candidates":[)"
            R"({"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"},)"
            R"({"candidate":""}],"expires_at":"2026-01-01T00:00:00.000Z","metadata":{"k":"v"},)"
            R"("client_id":"maker","offer_id":"o","seq":12})");
}

TEST(EncoderTest, WhoHasToGoIsToldWhy) {
  std::string out;
  EXPECT_EQ(EncodeRemoval(MessageType::kKicked, "too \"loud\"", out), MessageType::kKicked);
  EXPECT_EQ(EncodeRemoval(MessageType::kRoomClosed, "", out), MessageType::kRoomClosed);
  EXPECT_EQ(out, R"({"type":"kicked","reason":"too \"loud\""}{"type":"room_closed"})");
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
                              .max_json_depth = 16,
                              .max_offer_candidates = 64};
  const auto end = [](std::string_view policy) {
    return R"("ice_servers":[],"ice_transport_policy":")" + std::string(policy) +
           R"(","ping_interval_ms":10000,"timeout_ms":30000,)"
           R"("resume_window_ms":0,"limits":{"max_message_bytes":65536,"max_metadata_bytes":4096,"max_app_message_bytes":16384,"max_json_depth":16,"max_offer_candidates":64},"features":[]})";
  };
  std::string out;
  EXPECT_EQ(EncodeConnected(opened, info, out), MessageType::kConnected);
  EXPECT_EQ(out,
            R"({"type":"connected","client_id":"a","session_id":"s","resumed":false,"last_id":0,)" +
                end("all"));

  opened.set_relay_only(true);
  out.clear();
  EncodeConnected(opened, info, out);
  EXPECT_NE(out.find(R"("ice_transport_policy":"relay")"), std::string::npos);
  opened.set_relay_only(false);

  opened.mutable_room()->set_room("lobby");
  v1::RoomOptions& room_options = *opened.mutable_room()->mutable_options();
  room_options.set_max_participants(2);
  room_options.set_media(v1::MEDIA_AUDIO);
  room_options.set_relay_only(true);
  room_options.set_knock(true);
  room_options.set_locked(true);
  out.clear();
  EncodeConnected(opened, info, out);
  EXPECT_EQ(
      out,
      R"({"type":"connected","client_id":"a","session_id":"s","resumed":false,"last_id":0,)"
      R"("room":{"room":"lobby","options":{"max_participants":2,"media":"audio","relay_only":true,"knock":true,"locked":true},"participants":[]},)" +
          end("relay"));
}

v1::IceServers StunAndTurn() {
  v1::IceServers servers;
  servers.add_servers()->add_urls("stun:s.example.org");
  v1::IceServer& turn = *servers.add_servers();
  turn.add_urls("turn:t.example.org?transport=udp");
  turn.add_urls("turns:t.example.org");
  turn.set_username("1790000000:s");
  turn.set_credential("a+/=");
  servers.mutable_expire_time()->set_seconds(1790000000);
  return servers;
}

constexpr char kStunAndTurn[] =
    R"("ice_servers":[{"urls":["stun:s.example.org"]},)"
    R"({"urls":["turn:t.example.org?transport=udp","turns:t.example.org"],"username":"1790000000:s","credential":"a+/="}],)";

TEST(EncoderTest, IceServersAreWhatPeerConnectionsTake) {
  v1::Opened opened;
  *opened.mutable_ice_servers() = StunAndTurn();
  std::string out;
  EncodeConnected(opened, {}, out);
  EXPECT_NE(
      out.find(
          std::string(kStunAndTurn) +
          R"("ice_servers_expire_at":"2026-09-21T14:13:20.000Z","ice_transport_policy":"all")"),
      std::string::npos)
      << out;

  v1::Notice notice;
  *notice.mutable_ice_servers() = StunAndTurn();
  out.clear();
  EXPECT_EQ(EncodeNotice(notice, out), MessageType::kIceServers);
  EXPECT_EQ(out, std::string(R"({"type":"ice_servers",)") + kStunAndTurn +
                     R"("expires_at":"2026-09-21T14:13:20.000Z"})");

  out.clear();
  EXPECT_EQ(EncodeNotice({}, out), std::nullopt) << "of a newer service";
  EXPECT_EQ(out, "");
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
