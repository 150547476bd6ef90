// What a client is told so that it can go on elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/codec/encoder.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Connected(const v1::Opened& opened) {
  std::string out;
  EXPECT_EQ(EncodeConnected(opened, {}, out), MessageType::kConnected);
  return out;
}

v1::Opened Opened() {
  v1::Opened opened;
  opened.set_client_id("a");
  opened.set_session_id("s");
  opened.set_resume_token("t");
  opened.mutable_resume_window()->set_seconds(1);
  opened.mutable_resume_window()->set_nanos(500'000'000);
  return opened;
}

TEST(EncoderResumeTest, ConnectedSaysHowToGoOn) {
  const std::string text = Connected(Opened());
  EXPECT_THAT(
      text,
      StartsWith(
          R"({"type":"connected","client_id":"a","session_id":"s","resume_token":"t","resumed":false,"last_id":0,)"));
  EXPECT_THAT(text, HasSubstr(R"("resume_window_ms":1500,)"));
  EXPECT_THAT(text, Not(HasSubstr("resume_error")));
}

TEST(EncoderResumeTest, AResumedSessionSaysWhatIsProcessedAndNoRoom) {
  v1::Opened opened = Opened();
  opened.set_resumed(true);
  opened.set_last_id(7);
  const std::string text = Connected(opened);
  EXPECT_THAT(
      text,
      StartsWith(
          R"({"type":"connected","client_id":"a","session_id":"s","resume_token":"t","resumed":true,"last_id":7,)"));
  EXPECT_THAT(text, Not(HasSubstr(R"("room")")));
}

TEST(EncoderResumeTest, EveryRefusalHasItsName) {
  const std::pair<v1::ResumeError, std::string> cases[] = {
      {v1::RESUME_ERROR_SESSION_EXPIRED, "session_expired"},
      {v1::RESUME_ERROR_EVENTS_LOST, "events_lost"},
      {v1::RESUME_ERROR_INVALID, "invalid"},
      {static_cast<v1::ResumeError>(99), "session_expired"},
  };
  for (const auto& [error, name] : cases) {
    v1::Opened opened = Opened();
    opened.set_resume_error(error);
    EXPECT_THAT(Connected(opened), HasSubstr(R"("resumed":false,"resume_error":")" + name + "\""));
  }
}

TEST(EncoderResumeTest, GoingAwayIsSpread) {
  std::string out;
  EXPECT_EQ(EncodeGoAway(absl::Milliseconds(321), out), MessageType::kGoAway);
  EXPECT_EQ(out, R"({"type":"go_away","reason":"draining","reconnect_after_ms":321})");
  v1::Notice notice;
  notice.mutable_go_away()->mutable_reconnect_after()->set_nanos(1'000'000);
  out.clear();
  EXPECT_EQ(EncodeNotice(notice, out), MessageType::kGoAway);
  EXPECT_EQ(out, R"({"type":"go_away","reason":"draining","reconnect_after_ms":1})");
}

TEST(EncoderResumeTest, APeersBrokenConnectionIsAnEvent) {
  v1::DownFrame frame;
  frame.set_seq(3);
  frame.mutable_room()->mutable_participant_connection()->set_client_id("b");
  std::string out;
  EXPECT_EQ(EncodeEvent(frame, {}, out), MessageType::kParticipantConnection);
  EXPECT_EQ(out, R"({"type":"participant_connection","client_id":"b","connected":false,"seq":3})");
  frame.mutable_room()->mutable_participant_connection()->set_connected(true);
  out.clear();
  EncodeEvent(frame, {}, out);
  EXPECT_EQ(out, R"({"type":"participant_connection","client_id":"b","connected":true,"seq":3})");
}

}  // namespace
}  // namespace signaling::gateway
