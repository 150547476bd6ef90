// Offers of plain sessions that find nobody in their room.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(EngineKeptOffersTest, TheNextParticipantGetsTheNewestWithItsCandidates) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer("", "", "v=0 first");
  robot.Candidate("candidate:old");
  const v1::DownFrame verdict = robot.OnlyEvent();
  EXPECT_EQ(ReasonOf(verdict), Reason::kPeerUnavailable);
  EXPECT_EQ(verdict.error().action(), v1::ERROR_ACTION_NONE);
  robot.Offer("", "", "v=0 second");
  robot.Candidate("candidate:1");
  robot.Candidate("");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kPeerUnavailable);
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  const auto seen = viewer.Events();
  ASSERT_THAT(seen, SizeIs(3)) << "the newest wins, its candidates come with it";
  EXPECT_EQ(seen[0].signal().client_id(), "robot");
  EXPECT_EQ(seen[0].signal().offer().sdp(), "v=0 second");
  EXPECT_TRUE(seen[0].signal().offer_id().empty()) << "it is answered in the room, not by an id";
  EXPECT_EQ(seen[1].signal().ice_candidate().candidate(), "candidate:1");
  EXPECT_EQ(seen[2].signal().ice_candidate().candidate(), "");
  const auto told = robot.Events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_TRUE(told[0].room().has_participant_joined());
  EXPECT_EQ(OfferOf(told[1]).state(), v1::OFFER_STATE_CLAIMED);
  EXPECT_EQ(OfferOf(told[1]).client_id(), "viewer");
  Client& second = NewClient().OpenPlain("lobby", "viewer2");
  EXPECT_THAT(second.Events(), IsEmpty()) << "one has it";
  robot.Events();
  robot.Candidate("candidate:2");
  EXPECT_THAT(viewer.Events(), SizeIs(2))
      << "participant_joined and the candidate: the pair is known";
}

TEST_P(EngineKeptOffersTest, CandidatesAreBounded) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Candidate("candidate:before");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kPeerUnavailable)
      << "without an offer nothing is kept";
  robot.Offer();
  robot.Events();
  for (int i = 0; i < 64; ++i) robot.Candidate("candidate:" + std::to_string(i));
  EXPECT_THAT(robot.Events(), IsEmpty());
  robot.Candidate("candidate:over");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kPeerUnavailable);
}

TEST_P(EngineKeptOffersTest, UnansweredWithinTheLeaseItGoesToTheNextNewcomer) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer("", "", "v=0 kept");
  Client& silent = NewClient().OpenPlain("lobby", "silent");
  silent.Events();
  robot.Candidate("candidate:late");
  EXPECT_THAT(silent.Events(), SizeIs(1));
  robot.Events();
  clock_.Advance(absl::Seconds(15));
  engine_->Expire();
  EXPECT_EQ(OfferOf(robot.OnlyEvent()).reason(), v1::OFFER_REASON_LEASE_EXPIRED);
  EXPECT_EQ(OfferOf(silent.OnlyEvent()).state(), v1::OFFER_STATE_QUEUED);
  Client& next = NewClient().OpenPlain("lobby", "next");
  const auto seen = next.Events();
  ASSERT_THAT(seen, SizeIs(2)) << "with the candidate that came while another had it";
  EXPECT_EQ(seen[0].signal().offer().sdp(), "v=0 kept");
  EXPECT_EQ(OfferOf(robot.Events().back()).client_id(), "next");
}

TEST_P(EngineKeptOffersTest, TheClaimersLeavingGivesItBack) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer();
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  robot.Events();
  viewer.End(DetachCause::kBroken);
  const auto told = robot.Events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(OfferOf(told[0]).state(), v1::OFFER_STATE_QUEUED);
  EXPECT_EQ(OfferOf(told[0]).reason(), v1::OFFER_REASON_CLAIMER_LEFT);
  EXPECT_TRUE(told[1].room().has_participant_left());
  EXPECT_TRUE(NewClient().OpenPlain("lobby", "next").OnlyEvent().signal().has_offer());
}

TEST_P(EngineKeptOffersTest, AnAnswerSettlesItAlsoALateOne) {
  for (const bool late : {false, true}) {
    Client& robot = NewClient().OpenPlain(late ? "late" : "soon", "robot");
    robot.Offer();
    Client& viewer = NewClient().OpenPlain(late ? "late" : "soon", "viewer");
    viewer.Events();
    if (late) {
      clock_.Advance(absl::Seconds(20));
      engine_->Expire();
    }
    robot.Events();
    viewer.Answer();
    const auto told = robot.Events();
    ASSERT_THAT(told, SizeIs(late ? 2 : 1));
    EXPECT_TRUE(told.back().signal().has_answer());
    if (late) {
      EXPECT_EQ(OfferOf(told[0]).client_id(), "viewer") << "it took the offer up again";
    }
    EXPECT_EQ(engine_->Stats().offers, 0u);
    EXPECT_THAT(NewClient().OpenPlain(late ? "late" : "soon", "next").Events(), IsEmpty())
        << "answered is answered";
  }
}

TEST_P(EngineKeptOffersTest, RejectedAsBusyItWaitsAgainDeclinedItIsOver) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer();
  Client& busy = NewClient().OpenPlain("lobby", "busy");
  robot.Events();
  v1::UpFrame frame;
  frame.mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_BUSY);
  busy.Send(frame);
  auto told = robot.Events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(OfferOf(told[0]).reason(), v1::OFFER_REASON_BUSY);
  EXPECT_TRUE(told[1].signal().has_reject()) << "plain clients hear it as they always did";
  Client& declines = NewClient().OpenPlain("lobby", "declines");
  robot.Events();
  frame.mutable_signal()->set_to("robot");
  frame.mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_DECLINED);
  declines.Send(frame);
  EXPECT_EQ(OfferOf(robot.Events().front()).state(), v1::OFFER_STATE_REJECTED);
  EXPECT_THAT(NewClient().OpenPlain("lobby", "next").Events(), IsEmpty());
}

TEST_P(EngineKeptOffersTest, WhatTheRoomForbidsMeanwhileIsNotHandedOver) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer("", "", "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=audio 9 X 1\r\n");
  robot.Candidate("candidate:1 1 udp 1 192.0.2.7 9 typ host");
  robot.Events();
  v1::UpdateRoomRequest update;
  update.set_room("lobby");
  update.mutable_options()->set_relay_only(true);
  const auto ignore = [](const auto&) {};
  engine_->back_office().UpdateRoom(update, ignore);
  const auto seen = NewClient().OpenPlain("lobby", "viewer").Events();
  ASSERT_THAT(seen, SizeIs(1)) << "no candidate";
  EXPECT_EQ(seen[0].ShortDebugString().find("192.0.2.7"), std::string::npos);
  Client& other = NewClient().OpenPlain("other", "robot");
  other.Offer("", "", "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=video 9 X 1\r\n");
  other.Events();
  update.set_room("other");
  update.mutable_options()->set_media(v1::MEDIA_AUDIO);
  engine_->back_office().UpdateRoom(update, ignore);
  EXPECT_THAT(NewClient().OpenPlain("other", "viewer").Events(), IsEmpty());
  EXPECT_EQ(OfferOf(other.Events().back()).state(), v1::OFFER_STATE_WITHDRAWN);
}

TEST_P(EngineKeptOffersTest, ItEndsWithItsMakersSeatAndWithItsTime) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer();
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  viewer.Events();
  robot.Leave();
  EXPECT_EQ(OfferOf(viewer.Events().front()).state(), v1::OFFER_STATE_EXPIRED);
  Client& other = NewClient().OpenPlain("other", "robot");
  other.Offer();
  other.Events();
  clock_.Advance(absl::Hours(1));
  engine_->Expire();
  EXPECT_EQ(OfferOf(other.OnlyEvent()).reason(), v1::OFFER_REASON_TTL_EXPIRED);
  EXPECT_THAT(NewClient().OpenPlain("other", "viewer2").Events(), IsEmpty());
}

TEST_P(EngineKeptOffersTest, NobodyClaimsItById) {
  Client& robot = NewClient().OpenPlain("lobby", "robot");
  robot.Offer();
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  viewer.Events();
  const std::string id = OfferOf(robot.Events().back()).offer_id();
  viewer.Claim(id);
  EXPECT_EQ(ReasonOf(viewer.OnlyEvent()), Reason::kOfferNotFound);
  viewer.AnswerFor(id);
  EXPECT_EQ(ReasonOf(viewer.OnlyEvent()), Reason::kOfferNotFound);
  viewer.Answer();
  EXPECT_TRUE(robot.OnlyEvent().signal().has_answer());
}

}  // namespace
}  // namespace signaling
