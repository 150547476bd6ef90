// Stored offers: each state, each way out of it, and who hears of it.
#include <thread>

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(EngineOffersTest, CreateIsAnsweredByAnUnguessableIdAndItsEnd) {
  Client& maker = NewClient().Open("maker");
  const std::uint64_t id = maker.Create();
  const v1::DownFrame created = maker.OnlyEvent();
  EXPECT_EQ(created.reply_to(), id);
  EXPECT_EQ(OfferOf(created).state(), v1::OFFER_STATE_QUEUED);
  EXPECT_EQ(OfferOf(created).reason(), v1::OFFER_REASON_UNSPECIFIED);
  EXPECT_EQ(OfferOf(created).offer_id().size(), 22u) << "128 bits";
  EXPECT_EQ(OfferOf(created).expire_time().seconds(), 1'800'000'000 + 3600);
  maker.Create();
  EXPECT_NE(OfferOf(maker.OnlyEvent()).offer_id(), OfferOf(created).offer_id());
}

TEST_P(EngineOffersTest, AClaimGetsTheOfferWithItsCandidatesAndTheMakerHearsOfIt) {
  Client& maker = NewClient().Open("maker");
  v1::CreateOffer create;
  create.mutable_offer()->set_sdp("v=0 mine");
  create.add_candidates()->set_candidate("candidate:1");
  create.mutable_candidates(0)->set_sdp_mid("0");
  (*create.mutable_metadata())["name"] = "Ann";
  maker.Create(create);
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  maker.CandidateFor(id, "candidate:2");
  Client& claimer = NewClient().Open("claimer");
  const std::uint64_t claim = claimer.Claim(id);
  const v1::DownFrame answer = claimer.OnlyEvent();
  EXPECT_EQ(answer.reply_to(), claim);
  const v1::Signal& got = answer.signal();
  EXPECT_EQ(got.client_id(), "maker");
  EXPECT_EQ(got.offer_id(), id);
  EXPECT_EQ(got.offer().sdp(), "v=0 mine");
  ASSERT_EQ(got.claim().candidates_size(), 2);
  EXPECT_EQ(got.claim().candidates(0).sdp_mid(), "0");
  EXPECT_EQ(got.claim().candidates(1).candidate(), "candidate:2");
  EXPECT_EQ(got.claim().metadata().at("name"), "Ann");
  EXPECT_EQ(got.claim().lease_expire_time().seconds(), 1'800'000'015);
  const v1::OfferEvent told = OfferOf(maker.OnlyEvent());
  EXPECT_EQ(told.state(), v1::OFFER_STATE_CLAIMED);
  EXPECT_EQ(told.client_id(), "claimer");
  EXPECT_EQ(told.expire_time().seconds(), 1'800'000'015);
  maker.CandidateFor(id, "candidate:3");
  EXPECT_EQ(claimer.OnlyEvent().signal().ice_candidate().candidate(), "candidate:3")
      << "from the claim on they flow at once";
}

TEST_P(EngineOffersTest, OfTwoHundredClaimsOneWins) {
  const Scene scene = Queued();
  std::vector<Client*> claimers;
  for (int i = 0; i < 200; ++i) claimers.push_back(&NewClient().Open());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = static_cast<std::size_t>(t); i < claimers.size(); i += 8) {
        claimers[i]->Claim(scene.id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int won = 0;
  for (Client* claimer : claimers) {
    const v1::DownFrame verdict = claimer->OnlyEvent();
    if (verdict.signal().has_offer()) {
      ++won;
    } else {
      EXPECT_EQ(ReasonOf(verdict), Reason::kOfferTaken);
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(OfferOf(scene.maker.OnlyEvent()).state(), v1::OFFER_STATE_CLAIMED);
}

TEST_P(EngineOffersTest, TheAnswerReachesTheMakerAndTheClaimersCandidatesBehindIt) {
  const Scene scene = Claimed();
  scene.claimer.CandidateFor(scene.id, "candidate:early");
  EXPECT_THAT(scene.maker.Events(), IsEmpty()) << "nothing can be done with it before the answer";
  scene.claimer.AnswerFor(scene.id, "v=0 yes");
  scene.claimer.CandidateFor(scene.id, "candidate:late");
  const auto told = scene.maker.Events();
  ASSERT_THAT(told, SizeIs(3));
  EXPECT_EQ(told[0].signal().answer().sdp(), "v=0 yes");
  EXPECT_EQ(told[0].signal().client_id(), "claimer");
  EXPECT_EQ(told[1].signal().ice_candidate().candidate(), "candidate:early");
  EXPECT_EQ(told[2].signal().ice_candidate().candidate(), "candidate:late");
  for (const v1::DownFrame& event : told) EXPECT_EQ(event.signal().offer_id(), scene.id);
  EXPECT_THAT(scene.claimer.Events(), IsEmpty());
}

TEST_P(EngineOffersTest, AnsweredItCarriesRenegotiationBothWays) {
  const Scene scene = Answered();
  clock_.Advance(absl::Hours(48));
  engine_->Expire();
  scene.maker.OfferFor(scene.id, "v=0 restart");
  EXPECT_EQ(scene.claimer.OnlyEvent().signal().offer().sdp(), "v=0 restart");
  scene.claimer.RejectFor(scene.id, v1::Reject::REASON_BUSY);
  EXPECT_EQ(scene.maker.OnlyEvent().signal().reject().reason(), v1::Reject::REASON_BUSY)
      << "no transition: the call goes on";
  scene.claimer.OfferFor(scene.id, "v=0 mine");
  EXPECT_EQ(scene.maker.OnlyEvent().signal().offer().sdp(), "v=0 mine");
  scene.maker.AnswerFor(scene.id);
  scene.maker.CandidateFor(scene.id, "");
  EXPECT_THAT(scene.claimer.Events(), SizeIs(2));
}

TEST_P(EngineOffersTest, LeaseEndRequeuesAndTheNextClaimGetsEverything) {
  const Scene scene = Claimed();
  scene.maker.CandidateFor(scene.id, "candidate:1");
  scene.claimer.CandidateFor(scene.id, "candidate:stray");
  scene.claimer.Events();
  clock_.Advance(absl::Seconds(15));
  engine_->Expire();
  const v1::OfferEvent told = OfferOf(scene.maker.OnlyEvent());
  EXPECT_EQ(told.state(), v1::OFFER_STATE_QUEUED);
  EXPECT_EQ(told.reason(), v1::OFFER_REASON_LEASE_EXPIRED);
  EXPECT_EQ(told.client_id(), "claimer");
  const v1::OfferEvent lost = OfferOf(scene.claimer.OnlyEvent());
  EXPECT_EQ(lost.state(), v1::OFFER_STATE_QUEUED);
  EXPECT_EQ(lost.client_id(), "maker");
  scene.other.Claim(scene.id);
  EXPECT_EQ(scene.other.OnlyEvent().signal().claim().candidates_size(), 1);
  scene.maker.Events();
  scene.claimer.AnswerFor(scene.id);
  EXPECT_EQ(ReasonOf(scene.claimer.OnlyEvent()), Reason::kClaimLost);
  scene.claimer.CandidateFor(scene.id, "candidate:2");
  EXPECT_EQ(ReasonOf(scene.claimer.OnlyEvent()), Reason::kClaimLost);
  EXPECT_THAT(scene.maker.Events(), IsEmpty()) << "no stray answer or candidate";
  scene.maker.CandidateFor(scene.id, "candidate:3");
  EXPECT_THAT(scene.claimer.Events(), IsEmpty());
  scene.other.AnswerFor(scene.id);
  const auto events = scene.maker.Events();
  ASSERT_THAT(events, SizeIs(1)) << "the early candidate of the lost claim is gone with it";
  EXPECT_EQ(events[0].signal().client_id(), "other");
}

TEST_P(EngineOffersTest, AClaimerThatEndsGivesItBackAtOnce) {
  const Scene scene = Claimed();
  scene.claimer.End(DetachCause::kFault);
  const v1::OfferEvent told = OfferOf(scene.maker.OnlyEvent());
  EXPECT_EQ(told.state(), v1::OFFER_STATE_QUEUED);
  EXPECT_EQ(told.reason(), v1::OFFER_REASON_CLAIMER_LEFT);
  scene.other.Claim(scene.id);
  EXPECT_TRUE(scene.other.OnlyEvent().signal().has_offer());
}

TEST_P(EngineOffersTest, BusyAndUnsupportedRequeueDeclinedEnds) {
  const Scene scene = Queued();
  for (const auto& [reject, reason] :
       {std::pair{v1::Reject::REASON_BUSY, v1::OFFER_REASON_BUSY},
        std::pair{v1::Reject::REASON_UNSUPPORTED, v1::OFFER_REASON_UNSUPPORTED}}) {
    scene.claimer.Claim(scene.id);
    scene.claimer.Events();
    scene.maker.Events();
    const std::uint64_t id = scene.claimer.RejectFor(scene.id, reject);
    const v1::DownFrame own = scene.claimer.OnlyEvent();
    EXPECT_EQ(own.reply_to(), id) << "who rejects is told as the answer";
    EXPECT_EQ(OfferOf(own).state(), v1::OFFER_STATE_QUEUED);
    EXPECT_EQ(OfferOf(scene.maker.OnlyEvent()).reason(), reason);
  }
  scene.claimer.Claim(scene.id);
  scene.claimer.Events();
  scene.maker.Events();
  scene.claimer.RejectFor(scene.id, v1::Reject::REASON_DECLINED);
  const v1::OfferEvent told = OfferOf(scene.maker.OnlyEvent());
  EXPECT_EQ(told.state(), v1::OFFER_STATE_REJECTED);
  EXPECT_EQ(told.reason(), v1::OFFER_REASON_DECLINED);
  EXPECT_EQ(OfferOf(scene.claimer.OnlyEvent()).state(), v1::OFFER_STATE_REJECTED);
  scene.other.Claim(scene.id);
  EXPECT_EQ(ReasonOf(scene.other.OnlyEvent()), Reason::kOfferNotFound);
}

TEST_P(EngineOffersTest, WithdrawnInEachStateBothHearOfIt) {
  for (const auto make :
       {&EngineOffersTest::Queued, &EngineOffersTest::Claimed, &EngineOffersTest::Answered}) {
    const Scene scene = (this->*make)();
    const bool has_claimer = make != &EngineOffersTest::Queued;
    const std::uint64_t id = scene.maker.Withdraw(scene.id);
    const v1::DownFrame own = scene.maker.OnlyEvent();
    EXPECT_EQ(own.reply_to(), id);
    EXPECT_EQ(OfferOf(own).state(), v1::OFFER_STATE_WITHDRAWN);
    const auto told = scene.claimer.Events();
    ASSERT_THAT(told, SizeIs(has_claimer ? 1 : 0));
    if (has_claimer) {
      EXPECT_EQ(OfferOf(told[0]).client_id(), "maker");
    }
    scene.other.Claim(scene.id);
    EXPECT_EQ(ReasonOf(scene.other.OnlyEvent()), Reason::kOfferNotFound);
    scene.claimer.AnswerFor(scene.id);
    EXPECT_EQ(ReasonOf(scene.claimer.OnlyEvent()), Reason::kOfferNotFound);
    EXPECT_THAT(scene.maker.Events(), IsEmpty());
  }
}

TEST_P(EngineOffersTest, WhoMayWithdraw) {
  const Scene claimed = Claimed();
  for (Client* client : {&claimed.claimer, &claimed.other}) {
    client->Withdraw(claimed.id);
    EXPECT_EQ(ReasonOf(client->OnlyEvent()), Reason::kPermissionDenied);
  }
  const Scene answered = Answered();
  answered.claimer.Withdraw(answered.id);
  EXPECT_EQ(OfferOf(answered.claimer.OnlyEvent()).state(), v1::OFFER_STATE_WITHDRAWN);
  EXPECT_EQ(OfferOf(answered.maker.OnlyEvent()).client_id(), "claimer");
}

TEST_P(EngineOffersTest, TimeToLiveEndsAQueuedOffer) {
  Client& maker = NewClient().Open("maker");
  v1::CreateOffer create;
  create.mutable_offer()->set_sdp("v=0");
  create.mutable_ttl()->set_seconds(2);
  maker.Create(create);
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  clock_.Advance(absl::Milliseconds(1999));
  engine_->Expire();
  EXPECT_THAT(maker.Events(), IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  engine_->Expire();
  EXPECT_EQ(OfferOf(maker.OnlyEvent()).state(), v1::OFFER_STATE_EXPIRED);
  Client& late = NewClient().Open();
  late.Claim(id);
  EXPECT_EQ(ReasonOf(late.OnlyEvent()), Reason::kOfferExpired);
  maker.CandidateFor(id, "candidate:1");
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kOfferExpired);
  clock_.Advance(absl::Minutes(1));
  engine_->Expire();
  late.Claim(id);
  EXPECT_EQ(ReasonOf(late.OnlyEvent()), Reason::kOfferNotFound) << "forgotten after a minute";
}

TEST_P(EngineOffersTest, OneSidesEndIsToldToTheOther) {
  const Scene claimed = Claimed();
  claimed.maker.End();
  const v1::OfferEvent expired = OfferOf(claimed.claimer.OnlyEvent());
  EXPECT_EQ(expired.state(), v1::OFFER_STATE_EXPIRED);
  EXPECT_EQ(expired.reason(), v1::OFFER_REASON_MAKER_LEFT);
  claimed.claimer.AnswerFor(claimed.id);
  EXPECT_EQ(ReasonOf(claimed.claimer.OnlyEvent()), Reason::kOfferExpired);
  const Scene a = Answered();
  Vanish(a.maker);
  EXPECT_EQ(OfferOf(a.claimer.OnlyEvent()).reason(), v1::OFFER_REASON_MAKER_LEFT);
  const Scene b = Answered();
  Vanish(b.claimer);
  const v1::OfferEvent gone = OfferOf(b.maker.OnlyEvent());
  EXPECT_EQ(gone.state(), v1::OFFER_STATE_WITHDRAWN);
  EXPECT_EQ(gone.reason(), v1::OFFER_REASON_CLAIMER_LEFT);
}

TEST_P(EngineOffersTest, WhatDoesNotFitTheStateIsRefused) {
  const Scene scene = Claimed();
  scene.maker.OfferFor(scene.id);
  EXPECT_EQ(ReasonOf(scene.maker.OnlyEvent()), Reason::kInvalidMessage);
  scene.maker.AnswerFor(scene.id);
  EXPECT_EQ(ReasonOf(scene.maker.OnlyEvent()), Reason::kInvalidMessage);
  scene.claimer.OfferFor(scene.id);
  EXPECT_EQ(ReasonOf(scene.claimer.OnlyEvent()), Reason::kInvalidMessage);
  scene.maker.Claim(scene.id);
  EXPECT_EQ(ReasonOf(scene.maker.OnlyEvent()), Reason::kPermissionDenied);
  scene.claimer.Claim(scene.id);
  EXPECT_EQ(ReasonOf(scene.claimer.OnlyEvent()), Reason::kOfferTaken);
  scene.other.AnswerFor(scene.id);
  EXPECT_EQ(ReasonOf(scene.other.OnlyEvent()), Reason::kClaimLost);
  scene.other.CandidateFor("nothing-here", "candidate:1");
  EXPECT_EQ(ReasonOf(scene.other.OnlyEvent()), Reason::kOfferNotFound);
}

TEST_P(EngineOffersTest, OnlyTheAllowedClaim) {
  Client& maker = NewClient().Open("maker");
  v1::CreateOffer create;
  create.mutable_offer()->set_sdp("v=0");
  create.mutable_allowed()->add_client_ids("friend");
  maker.Create(create);
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  Client& stranger = NewClient().Open("stranger");
  stranger.Claim(id);
  EXPECT_EQ(ReasonOf(stranger.OnlyEvent()), Reason::kPermissionDenied);
  Client& fellow = NewClient().Open("friend");
  fellow.Claim(id);
  EXPECT_TRUE(fellow.OnlyEvent().signal().has_offer());
}

TEST_P(EngineOffersTest, CandidatesAndOffersAreBounded) {
  Make({.max_waiting_offers = 2, .max_waiting_offer_bytes = 1000});
  Client& maker = NewClient().Open("maker");
  maker.Create();
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  for (int i = 0; i < 64; ++i) maker.CandidateFor(id, "candidate:1");
  EXPECT_THAT(maker.Events(), IsEmpty());
  maker.CandidateFor(id, "candidate:65");
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kTooManyOffers) << "no fault of form";
  maker.Create(std::string(1000, 'v'));
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kTooManyOffers) << "in bytes";
  maker.Withdraw(id);
  maker.Create();
  maker.Create();
  maker.Events();
  maker.Create();
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kTooManyOffers) << "in number";
}

TEST_P(EngineOffersTest, CandidatesCountAgainstTheBytesOfASession) {
  Make({.max_waiting_offer_bytes = 3000});
  Client& maker = NewClient().Open("maker");
  maker.Create();
  maker.Create();
  const auto created = maker.Events();
  maker.CandidateFor(OfferOf(created[0]).offer_id(), std::string(1000, 'c'));
  maker.CandidateFor(OfferOf(created[1]).offer_id(), std::string(1000, 'c'));
  EXPECT_THAT(maker.Events(), IsEmpty());
  maker.CandidateFor(OfferOf(created[1]).offer_id(), std::string(1000, 'c'));
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kTooManyOffers);
}

TEST_P(EngineOffersTest, ASignalCarriesNoClaimOfItsSenders) {
  const Scene scene = Answered();
  v1::UpFrame frame;
  frame.mutable_signal()->set_offer_id(scene.id);
  frame.mutable_signal()->mutable_ice_candidate();
  frame.mutable_signal()->mutable_claim()->add_candidates()->set_candidate("candidate:unchecked");
  scene.claimer.Send(frame);
  EXPECT_FALSE(scene.maker.OnlyEvent().signal().has_claim());
}

TEST_P(EngineOffersTest, TheServicesDefaultsHoldForThem) {
  Make({.audio_only = true, .relay_only = true});
  Client& maker = NewClient().Open("maker");
  EXPECT_TRUE(maker.record().opened->relay_only());
  maker.Create(
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  EXPECT_EQ(ReasonOf(maker.OnlyEvent()), Reason::kMediaNotAllowed);
  v1::CreateOffer create;
  create.mutable_offer()->set_sdp(
      "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
      "c=IN IP4 192.0.2.7\r\na=candidate:1 1 udp 1 192.0.2.7 5000 typ host\r\n");
  create.add_candidates()->set_candidate("candidate:1 1 udp 1 192.0.2.7 5000 typ host");
  maker.Create(create);
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  maker.CandidateFor(id,
                     "candidate:2 1 udp 1 198.51.100.9 5000 typ relay raddr 192.0.2.7 rport 6000");
  Client& claimer = NewClient().Open("claimer");
  claimer.Claim(id);
  const v1::DownFrame got = claimer.OnlyEvent();
  EXPECT_EQ(got.ShortDebugString().find("192.0.2.7"), std::string::npos) << got.DebugString();
  ASSERT_EQ(got.signal().claim().candidates_size(), 1);
  EXPECT_NE(got.signal().claim().candidates(0).candidate().find("198.51.100.9"), std::string::npos);
  claimer.CandidateFor(id, "candidate:3 1 udp 1 192.0.2.8 5000 typ host");
  claimer.AnswerFor(id, "v=0");
  EXPECT_THAT(maker.Events(), SizeIs(2)) << "claimed, and the answer: no candidate";
}

TEST_P(EngineOffersTest, APlainSessionTakesPart) {
  Client& maker = NewClient().OpenPlain("lobby", "maker");
  maker.Create();
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  Client& claimer = NewClient().OpenPlain("elsewhere");
  claimer.Claim(id);
  EXPECT_TRUE(claimer.OnlyEvent().signal().has_offer());
}

TEST_P(EngineOffersTest, AnAdoptedNameIsTheOffersToo) {
  Client& maker = NewClient().OpenPlain("lobby");
  maker.Create();
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  maker.Offer("", "robot");
  maker.Events();
  Client& claimer = NewClient().Open("claimer");
  claimer.Claim(id);
  EXPECT_EQ(claimer.OnlyEvent().signal().client_id(), "robot");
}

}  // namespace
}  // namespace signaling
