#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using ConnectTest = ServiceTest;

v1::UpFrame OfferFrame() {
  v1::UpFrame frame;
  frame.mutable_signal()->mutable_offer()->set_sdp(kTestSdp);
  return frame;
}

TEST_F(ConnectTest, TwoClientsExchangeOfferAnswerAndCandidates) {
  ConnectClient ann(channel_);
  ConnectClient bob(channel_);
  ann.Open("ann");
  EXPECT_EQ(ann.Event().opened().client_id(), "ann");
  ann.Join("r");
  EXPECT_EQ(ann.Event().room().joined().participants_size(), 0);
  bob.Open("bob");
  bob.Event();
  bob.Join("r");
  EXPECT_TRUE(bob.Event().room().joined().participants(0).polite());
  EXPECT_EQ(ann.Event().room().participant_joined().participant().client_id(), "bob");

  bob.SendNumbered(OfferFrame());
  EXPECT_EQ(ann.Event().signal().offer().sdp(), kTestSdp);
  v1::UpFrame answer;
  answer.mutable_signal()->mutable_answer()->set_sdp(kTestSdp);
  ann.SendNumbered(answer);
  EXPECT_TRUE(bob.Event().signal().has_answer());
  v1::UpFrame candidate;
  candidate.mutable_signal()->mutable_ice_candidate()->set_candidate(
      "candidate:1 1 udp 1 192.0.2.1 9 typ host");
  candidate.mutable_signal()->mutable_ice_candidate()->set_sdp_mid("0");
  bob.SendNumbered(candidate);
  const v1::DownFrame seen = ann.Event();
  EXPECT_EQ(seen.signal().client_id(), "bob");
  EXPECT_TRUE(seen.signal().ice_candidate().has_sdp_mid());
  EXPECT_FALSE(seen.signal().ice_candidate().has_username_fragment());

  bob.HalfClose();
  const grpc::Status status = bob.Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(ann.Event().room().participant_left().reason(), v1::LEAVE_REASON_LEFT);
  ann.HalfClose();
  EXPECT_TRUE(ann.Finish().ok());
}

TEST_F(ConnectTest, CommandsAreAcknowledgedWithoutAnythingElseToSay) {
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  v1::UpFrame update;
  update.mutable_room()->mutable_update();
  ann.SendNumbered(update);
  const auto frame = ann.Read();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->body_case(), v1::DownFrame::BODY_NOT_SET);
  EXPECT_EQ(frame->ack_id(), 1u);
  ann.HalfClose();
  EXPECT_TRUE(ann.Finish().ok());
}

TEST_F(ConnectTest, TheSessionOfABrokenStreamWaitsForItsWindow) {
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  ann.Join("r");
  ann.Event();
  ConnectClient bob(channel_);
  bob.Open("bob");
  bob.Event();
  bob.Join("r");
  bob.Event();
  ann.Event();
  bob.Cancel();
  EXPECT_EQ(bob.Finish().error_code(), grpc::StatusCode::CANCELLED);
  AwaitDetached(1);
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(ann.Event().room().participant_connection().client_id(), "bob");
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(ann.Event().room().participant_left().reason(), v1::LEAVE_REASON_TIMEOUT);
  AwaitSessions(1);
}

TEST_F(ConnectTest, TheFirstFrameHasToOpen) {
  ConnectClient ann(channel_);
  ann.Join("r");
  EXPECT_EQ(ann.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  ConnectClient bob(channel_);
  bob.Open("bob");
  bob.Event();
  bob.Open("bob");
  EXPECT_EQ(bob.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  AwaitSessions(0);
  ConnectClient eve(channel_);
  v1::UpFrame plain;
  plain.mutable_open()->set_session_id(NewRandomId());
  plain.mutable_open()->set_path(v1::SESSION_PATH_PLAIN);
  plain.mutable_open()->set_room("r");
  eve.Send(plain);
  EXPECT_EQ(eve.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  AwaitSessions(0);
}

TEST_F(ConnectTest, ARefusedOpeningSaysWhyAndEndsWithItsStatus) {
  ConnectClient ann(channel_);
  ann.Open("not valid");
  const v1::DownFrame closed = ann.Event();
  EXPECT_EQ(closed.closed().error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(ann.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ConnectTest, HalfCloseBeforeOpenIsNoError) {
  ConnectClient ann(channel_);
  ann.HalfClose();
  EXPECT_TRUE(ann.Finish().ok());
}

TEST_F(ConnectTest, AClientThatReadsNothingIsEndedAndCostsOthersNothing) {
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  ann.Join("r");
  ann.Event();
  ConnectClient stalled(channel_);
  stalled.Open("stalled");
  stalled.Join("r");
  EXPECT_TRUE(ann.Event().room().has_participant_joined());
  v1::UpFrame message;
  message.mutable_app()->set_data('"' + std::string(8000, 'x') + '"');
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(ann.SendNumbered(message));
  EXPECT_EQ(ann.Event().room().participant_left().reason(), v1::LEAVE_REASON_OVERFLOW);
  EXPECT_EQ(stalled.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  ann.HalfClose();
  EXPECT_TRUE(ann.Finish().ok());
}

}  // namespace
}  // namespace signaling
