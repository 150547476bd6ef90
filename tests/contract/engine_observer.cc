// What the observer is told of offers, set-ups and their faults, reports, and how long events waited.
#include "tests/contract/back_office_call.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

v1::Report Failed(const std::string& to, v1::SetupFailure failure) {
  v1::Report report;
  report.set_to(to);
  report.set_state(v1::SETUP_STATE_FAILED);
  report.set_failure(failure);
  return report;
}

TEST_P(EngineObserverTest, AStoredOfferTellsItsTransitionsAndHowLongEachStageTook) {
  Scene scene = Queued();
  Wait(absl::Seconds(3));
  scene.claimer.Claim(scene.id);
  Wait(absl::Seconds(2));
  scene.claimer.AnswerFor(scene.id);
  auto told = observer_.Take();
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kStored, OfferTransition::kClaimed,
                                            OfferTransition::kAnswered));
  EXPECT_THAT(told.stages, ElementsAre(Pair(SetupStage::kClaim, absl::Seconds(3)),
                                       Pair(SetupStage::kAnswer, absl::Seconds(2))));
  scene.maker.OfferFor(scene.id);
  scene.claimer.AnswerFor(scene.id);
  scene.claimer.End();
  told = observer_.Take();
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kWithdrawn));
  EXPECT_THAT(told.stages, IsEmpty()) << "a renegotiation is no set-up";
  EXPECT_THAT(told.faults, IsEmpty()) << "what was answered has been set up";
}

TEST_P(EngineObserverTest, AnOfferThatWaitsAgainIsMeasuredFromThen) {
  Scene scene = Claimed();
  scene.claimer.RejectFor(scene.id, v1::Reject::REASON_BUSY);
  observer_.Take();
  Wait(absl::Seconds(7));
  scene.other.Claim(scene.id);
  EXPECT_THAT(observer_.Take().stages, ElementsAre(Pair(SetupStage::kClaim, absl::Seconds(7))));
}

TEST_P(EngineObserverTest, WhatTheClaimerSaysIsTheFault) {
  for (const auto& [said, fault, transition] :
       {std::tuple(v1::Reject::REASON_BUSY, SetupFault::kBusy, OfferTransition::kRequeued),
        std::tuple(v1::Reject::REASON_UNSUPPORTED, SetupFault::kUnsupported,
                   OfferTransition::kRequeued),
        std::tuple(v1::Reject::REASON_DECLINED, SetupFault::kDeclined,
                   OfferTransition::kRejected)}) {
    Scene scene = Claimed();
    observer_.Take();
    scene.claimer.RejectFor(scene.id, said);
    const auto told = observer_.Take();
    EXPECT_THAT(told.faults, ElementsAre(fault));
    EXPECT_THAT(told.transitions, ElementsAre(transition));
    for (Client* client : {&scene.maker, &scene.claimer, &scene.other}) client->End();
  }
}

TEST_P(EngineObserverTest, NobodyAnsweredInTime) {
  Scene scene = Claimed();
  observer_.Take();
  Wait(EngineOptions().claim_lease);
  auto told = observer_.Take();
  EXPECT_THAT(told.faults, ElementsAre(SetupFault::kNoAnswer));
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kRequeued));
  Wait(EngineOptions().offer_ttl);
  told = observer_.Take();
  EXPECT_THAT(told.faults, ElementsAre(SetupFault::kNoAnswer));
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kExpired));
}

TEST_P(EngineObserverTest, ASideThatLeavesBeforeTheAnswer) {
  Scene scene = Claimed();
  observer_.Take();
  scene.claimer.End();
  auto told = observer_.Take();
  EXPECT_THAT(told.faults, ElementsAre(SetupFault::kPeerLeft));
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kRequeued));
  scene.maker.End();
  told = observer_.Take();
  EXPECT_THAT(told.faults, ElementsAre(SetupFault::kPeerLeft));
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kExpired));
}

TEST_P(EngineObserverTest, TakingBackIsNoFault) {
  Scene scene = Claimed();
  observer_.Take();
  scene.maker.Withdraw(scene.id);
  const auto told = observer_.Take();
  EXPECT_THAT(told.faults, IsEmpty());
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kWithdrawn));
}

TEST_P(EngineObserverTest, ASetupInARoomGoesFromTheFirstOfferToTheAnswer) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  bob.Answer("ann");
  ann.Offer("bob");
  Wait(absl::Seconds(1));
  ann.Offer("bob");
  Wait(absl::Seconds(2));
  ann.Answer("bob");
  EXPECT_THAT(observer_.Take().stages, IsEmpty()) << "nobody answers his own offer, or none";
  bob.Answer("ann");
  EXPECT_THAT(observer_.Take().stages, ElementsAre(Pair(SetupStage::kAnswer, absl::Seconds(3))));
  bob.Offer("ann");
  Wait(absl::Seconds(2));
  ann.Answer("bob");
  ann.End();
  const auto told = observer_.Take();
  EXPECT_THAT(told.stages, IsEmpty()) << "a renegotiation is no set-up";
  EXPECT_THAT(told.faults, IsEmpty());
}

TEST_P(EngineObserverTest, WhereBothOfferAtOnceItIsOneSetup) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Offer("bob");
  Wait(absl::Seconds(1));
  bob.Offer("ann");
  Wait(absl::Seconds(1));
  ann.Answer("bob");
  bob.Answer("ann");
  bob.End();
  const auto told = observer_.Take();
  EXPECT_THAT(told.stages, ElementsAre(Pair(SetupStage::kAnswer, absl::Seconds(2))));
  EXPECT_THAT(told.faults, IsEmpty());
}

TEST_P(EngineObserverTest, ASetupInARoomFailsByANoOnce) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  bob.Reject(v1::Reject::REASON_BUSY, "ann");
  EXPECT_THAT(observer_.Take().faults, IsEmpty()) << "nothing was offered";
  ann.Offer("bob");
  bob.Reject(v1::Reject::REASON_BUSY, "ann");
  bob.Reject(v1::Reject::REASON_BUSY, "ann");
  EXPECT_THAT(observer_.Take().faults, ElementsAre(SetupFault::kBusy));
  ann.Offer("bob");
  Wait(absl::Seconds(4));
  bob.Answer("ann");
  auto told = observer_.Take();
  EXPECT_THAT(told.stages, ElementsAre(Pair(SetupStage::kAnswer, absl::Seconds(4))))
      << "it is another one";
  ann.Offer("bob");
  bob.Reject(v1::Reject::REASON_DECLINED, "ann");
  told = observer_.Take();
  EXPECT_THAT(told.faults, ElementsAre(SetupFault::kDeclined)) << "a second call, after the first";
}

TEST_P(EngineObserverTest, ASetupInARoomFailsWithWhoLeaves) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("r", "eve");
  Client& joe = Joined("r", "joe");
  ann.Offer("bob");
  eve.Offer("ann");
  eve.Offer("joe");
  joe.Answer("eve");
  observer_.Take();
  bob.Leave();
  EXPECT_THAT(observer_.Take().faults, ElementsAre(SetupFault::kPeerLeft)) << "who was offered to";
  eve.End();
  EXPECT_THAT(observer_.Take().faults, ElementsAre(SetupFault::kPeerLeft)) << "who had offered";
  ann.End();
  joe.End();
  EXPECT_THAT(observer_.Take().faults, IsEmpty());
}

TEST_P(EngineObserverTest, AKeptOfferIsASetupOfTheRoomToo) {
  Client& robot = NewClient().OpenPlain("r", "robot");
  robot.Offer();
  Wait(absl::Seconds(5));
  Client& ann = NewClient().OpenPlain("r", "ann");
  Wait(absl::Seconds(1));
  ann.Answer();
  auto told = observer_.Take();
  EXPECT_THAT(told.transitions, ElementsAre(OfferTransition::kStored, OfferTransition::kClaimed,
                                            OfferTransition::kAnswered));
  EXPECT_THAT(told.stages, ElementsAre(Pair(SetupStage::kClaim, absl::Seconds(5)),
                                       Pair(SetupStage::kAnswer, absl::Seconds(1))));
  robot.Offer();
  ann.Answer();
  robot.End();
  told = observer_.Take();
  EXPECT_THAT(told.stages, IsEmpty());
  EXPECT_THAT(told.faults, IsEmpty());
}

TEST_P(EngineObserverTest, ReportsAreStagesAndFaults) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Offer("bob");
  bob.Answer("ann");
  observer_.Take();
  ann.ReportConnected("bob");
  auto told = observer_.Take();
  EXPECT_THAT(told.reports, SizeIs(1));
  EXPECT_EQ(told.reports[0].candidate_type(), v1::CANDIDATE_TYPE_HOST);
  EXPECT_THAT(told.stages, ElementsAre(Pair(SetupStage::kConnected, absl::Milliseconds(1500))));
  for (const auto& [failure, fault] :
       {std::pair(v1::SETUP_FAILURE_ICE, SetupFault::kIce),
        std::pair(v1::SETUP_FAILURE_DTLS, SetupFault::kDtls),
        std::pair(v1::SETUP_FAILURE_TIMEOUT, SetupFault::kTimeout),
        std::pair(v1::SETUP_FAILURE_UNSPECIFIED, SetupFault::kOther)}) {
    ann.Offer("bob");
    ann.Report(Failed("bob", failure));
    told = observer_.Take();
    EXPECT_THAT(told.reports, SizeIs(1));
    EXPECT_THAT(told.faults, ElementsAre(fault));
    EXPECT_THAT(told.stages, IsEmpty());
  }
  EXPECT_TRUE(ann.Events().size() == 2 && bob.Events().size() == 5) << "nobody is told of them";
}

TEST_P(EngineObserverTest, AFailedSetupEndsNoOtherWay) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Offer("bob");
  ann.Report(Failed("bob", v1::SETUP_FAILURE_TIMEOUT));
  bob.End();
  EXPECT_THAT(observer_.Take().faults, ElementsAre(SetupFault::kTimeout));
}

TEST_P(EngineObserverTest, ASessionReportsAsOftenAsItTookPartInAnOffer) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.ReportConnected("bob");
  EXPECT_THAT(observer_.Take().reports, IsEmpty()) << "there was nothing to set up";
  ann.Offer("bob");
  bob.End();
  for (int i = 0; i < 3; ++i) ann.ReportConnected("bob");
  EXPECT_THAT(observer_.Take().reports, SizeIs(1)) << "of who has left, too";
  Client& joe = Joined("r", "joe");
  for (int i = 0; i < 100; ++i) {
    ann.Offer("joe");
    joe.Events();
  }
  for (int i = 0; i < 100; ++i) joe.ReportConnected("ann");
  EXPECT_THAT(observer_.Take().reports, SizeIs(64)) << "at most";
  Scene scene = Answered();
  v1::Report report;
  report.set_offer_id(scene.id);
  report.set_state(v1::SETUP_STATE_CONNECTED);
  scene.maker.Report(report);
  scene.claimer.Report(report);
  scene.other.Report(report);
  const auto told = observer_.Take();
  EXPECT_THAT(told.reports, SizeIs(2)) << "both sides of a stored offer";
  EXPECT_THAT(told.stages, SizeIs(2)) << "claim and answer: no time was reported";
}

TEST_P(EngineObserverTest, SignalsTellHowLongTheyWaited) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  EXPECT_THAT(observer_.Take().relayed, IsEmpty()) << "room events are no signals";
  ann.Offer("bob");
  Wait(absl::Milliseconds(20));
  ann.Candidate("candidate:1", "bob");
  ann.Message("1", "bob");
  Wait(absl::Milliseconds(5));
  v1::DownBatch batch;
  PullBudget budget{.frames = 10, .bytes = 100'000};
  engine_->Pull(bob.ref(), bob.last_seq(), 1, &budget, &batch);
  EXPECT_THAT(observer_.Take().relayed, ElementsAre(absl::Milliseconds(25), absl::Milliseconds(5)));
  EXPECT_THAT(bob.Events(), SizeIs(3));
  EXPECT_THAT(observer_.Take().relayed, IsEmpty()) << "once";
}

TEST_P(EngineObserverTest, StoredOffersSignalsTellItToo) {
  Scene scene = Claimed();
  observer_.Take();
  scene.claimer.AnswerFor(scene.id);
  Wait(absl::Milliseconds(30));
  scene.maker.Events();
  EXPECT_THAT(observer_.Take().relayed, ElementsAre(absl::Milliseconds(30)));
}

TEST_P(EngineObserverTest, WhatWaitedForItsReceiverIsReplayedInstead) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Offer("bob");
  bob.Events(/*acknowledge=*/false);
  EXPECT_EQ(observer_.Take().replayed, 0u);
  bob.End(DetachCause::kBroken);
  ann.Candidate("candidate:1", "bob");
  bob.ResumeWith(bob.token(), bob.last_seq() - 1);
  v1::DownBatch batch;
  PullBudget budget{.frames = 10, .bytes = 100'000};
  engine_->Pull(bob.ref(), bob.last_seq() - 1, 1, &budget, &batch);
  EXPECT_EQ(batch.frames_size(), 2);
  auto told = observer_.Take();
  EXPECT_EQ(told.replayed, 2u);
  EXPECT_THAT(told.relayed, IsEmpty());
  bob.Events();
  bob.End(DetachCause::kLinkBroken);
  ann.Candidate("candidate:2", "bob");
  bob.Attach();
  ann.Candidate("candidate:3", "bob");
  observer_.Take();
  EXPECT_THAT(bob.Events(), SizeIs(2));
  told = observer_.Take();
  EXPECT_EQ(told.replayed, 1u);
  EXPECT_THAT(told.relayed, ElementsAre(absl::ZeroDuration()));
}

TEST_P(EngineObserverTest, AnOutboxThatOverflows) {
  Make({.max_outbox_events = 4});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  for (int i = 0; i < 10; ++i) bob.Message("1");
  EXPECT_EQ(ann.closed_for(), Reason::kSlowConsumer);
  EXPECT_EQ(observer_.Take().overflows, 1);
}

TEST_P(EngineObserverTest, StatsHaveWhatTheOutboxesHold) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  EXPECT_EQ(engine_->Stats().outbox_events, 0u);
  bob.Message(R"("0123456789")");
  bob.Message("2");
  const EngineStats stats = engine_->Stats();
  EXPECT_EQ(stats.outbox_events, 2u);
  EXPECT_GT(stats.outbox_bytes, 12u);
  ann.Events();
  EXPECT_EQ(engine_->Stats().outbox_bytes, 0u);
  bob.Message("3");
  EXPECT_EQ(engine_->Stats().outbox_events, 1u);
  ann.End();
  bob.Events();
  EXPECT_EQ(engine_->Stats().outbox_events, 0u) << "they go with their session";
}

}  // namespace
}  // namespace signaling
