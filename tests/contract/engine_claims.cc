// Two sessions, one client_id.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST_P(EngineClaimsTest, ALiveSessionKeepsItsClientId) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  const std::uint64_t id = second.Join("r");
  EXPECT_EQ(first.record().probes, 1);
  EXPECT_TRUE(second.Events().empty()) << "undecided";
  engine_->Alive(first.ref());
  const v1::DownFrame verdict = second.OnlyEvent();
  EXPECT_EQ(ReasonOf(verdict), Reason::kClientIdTaken);
  EXPECT_EQ(verdict.reply_to(), id);
  EXPECT_FALSE(first.closed());
  clock_.Advance(absl::Seconds(3));
  engine_->Expire();
  EXPECT_FALSE(first.closed());
}

TEST_P(EngineClaimsTest, ASilentSessionIsReplaced) {
  Client& bob = Joined("r", "bob");
  Client& first = Joined("r", "ann");
  bob.Events();
  Client& second = NewClient().Open("ann");
  second.Join("r");
  clock_.Advance(absl::Milliseconds(1999));
  engine_->Expire();
  EXPECT_FALSE(first.closed());
  clock_.Advance(absl::Milliseconds(1));
  engine_->Expire();
  EXPECT_EQ(first.closed_for(), Reason::kSessionReplaced);
  EXPECT_EQ(first.record().closed->close_code(), 4504u);
  EXPECT_TRUE(second.OnlyEvent().room().has_joined());
  const auto seen = bob.Events();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].room().participant_left().reason(), v1::LEAVE_REASON_REPLACED);
  EXPECT_EQ(seen[1].room().participant_joined().participant().client_id(), "ann");
}

TEST_P(EngineClaimsTest, AFullRoomIsNoReasonToKeepADeadSeat) {
  Make({.max_participants = 2});
  Client& first = Joined("r", "ann");
  Joined("r", "bob");
  Client& second = NewClient().Open("ann");
  second.Join("r");
  first.End();
  EXPECT_TRUE(second.OnlyEvent().room().has_joined()) << "at once when the other one ends";
}

TEST_P(EngineClaimsTest, WhoseConnectionBreaksCannotAnswer) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  second.Join("r");
  first.End(DetachCause::kBroken);
  engine_->Expire();
  EXPECT_TRUE(second.OnlyEvent().room().has_joined()) << "without waiting for an answer";
  second.End(DetachCause::kBroken);
  Client& third = NewClient().Open("ann");
  third.Join("r");
  engine_->Expire();
  EXPECT_TRUE(third.OnlyEvent().room().has_joined());
  EXPECT_FALSE(second.Resume().opened());
  EXPECT_EQ(second.closed_for(), Reason::kSessionReplaced);
}

TEST_P(EngineClaimsTest, WhatIsSentAgainWhileItWaitsIsNoFlood) {
  Client& first = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& second = NewClient().Open("ann");
  second.Join("r");
  for (int i = 0; i < 60; ++i) second.Message(std::to_string(i));
  for (int round = 0; round < 3; ++round) {
    second.End(DetachCause::kLinkBroken);
    second.Attach();
    ASSERT_TRUE(second.opened());
    second.Join("r");
    for (int i = 0; i < 60; ++i) second.Message(std::to_string(i));
  }
  EXPECT_FALSE(second.closed());
  bob.Events();
  first.End();
  const auto seen = bob.Events();
  ASSERT_EQ(seen.size(), 62u) << "left, joined, and each message once";
  EXPECT_EQ(seen.back().app().data(), "59");
}

TEST_P(EngineClaimsTest, WhoseLinkBrokeIsAskedWhenItIsAttached) {
  Client& first = Joined("r", "ann");
  first.End(DetachCause::kLinkBroken);
  Client& second = NewClient().Open("ann");
  second.Join("r");
  Wait(absl::Seconds(4));
  EXPECT_TRUE(second.Events().empty()) << "nobody could have been asked yet";
  first.Attach();
  EXPECT_EQ(first.record().probes, 1);
  engine_->Alive(first.ref());
  EXPECT_EQ(ReasonOf(second.OnlyEvent()), Reason::kClientIdTaken);
}

TEST_P(EngineClaimsTest, LeavingGivesTheClientIdFree) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  second.Join("r");
  first.Leave();
  EXPECT_TRUE(second.OnlyEvent().room().has_joined());
}

TEST_P(EngineClaimsTest, WhatCameMeanwhileWaitsInOrder) {
  Client& bob = Joined("r", "bob");
  Client& first = Joined("r", "ann");
  bob.Events();
  Client& second = NewClient().Open("ann");
  second.Join("r");
  second.Message("1");
  second.Message("2");
  EXPECT_TRUE(second.record().applied.empty());
  first.End();
  EXPECT_THAT(second.record().applied, ::testing::ElementsAre(1, 2, 3));
  const auto seen = bob.Events();
  ASSERT_EQ(seen.size(), 4u);  // left, joined, and the two
  EXPECT_EQ(seen[2].app().data(), "1");
  EXPECT_EQ(seen[3].app().data(), "2");
}

TEST_P(EngineClaimsTest, WhatWaitsIsBounded) {
  Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  second.Join("r");
  for (int i = 0; i < 63; ++i) second.Message("1");
  EXPECT_FALSE(second.closed());
  second.Message("1");
  EXPECT_EQ(second.closed_for(), Reason::kInvalidMessage);
}

TEST_P(EngineClaimsTest, KeepExistingDoesNotEvenAsk) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  second.Join("r", /*keep_existing=*/true);
  EXPECT_EQ(ReasonOf(second.OnlyEvent()), Reason::kClientIdTaken);
  EXPECT_EQ(first.record().probes, 0);
}

TEST_P(EngineClaimsTest, APlainOpeningWaitsToo) {
  Client& first = NewClient().OpenPlain("lobby", "robot");
  Client& refused = NewClient().OpenPlain("lobby", "robot");
  EXPECT_FALSE(refused.opened());
  engine_->Alive(first.ref());
  EXPECT_EQ(refused.closed_for(), Reason::kClientIdTaken);
  EXPECT_EQ(refused.record().closed->close_code(), 4005u);
  EXPECT_FALSE(refused.opened());

  Client& patient = NewClient().OpenPlain("lobby", "robot");
  clock_.Advance(absl::Seconds(2));
  engine_->Expire();
  EXPECT_EQ(first.closed_for(), Reason::kSessionReplaced);
  EXPECT_TRUE(patient.opened());
}

TEST_P(EngineClaimsTest, WhatFollowsAWaitingOpeningWaitsWithIt) {
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  Client& first = NewClient().OpenPlain("lobby", "robot");
  viewer.Events();
  Client& second = NewClient().OpenPlain("lobby", "robot");
  second.Offer("viewer");
  second.Candidate("candidate:1");
  EXPECT_TRUE(viewer.Events().empty());
  first.End();
  const auto seen = viewer.Events();
  ASSERT_EQ(seen.size(), 4u);  // left, joined, and the two
  EXPECT_TRUE(seen[2].signal().has_offer());
  EXPECT_TRUE(seen[3].signal().has_ice_candidate());
  EXPECT_THAT(second.record().applied, ::testing::ElementsAre(1, 2));
}

TEST_P(EngineClaimsTest, AnOpeningThatIsGivenUpLeavesNothing) {
  Client& first = NewClient().OpenPlain("lobby", "robot");
  Client& second = NewClient().OpenPlain("lobby", "robot");
  second.End();
  EXPECT_TRUE(second.closed());
  engine_->Alive(first.ref());
  clock_.Advance(absl::Seconds(3));
  engine_->Expire();
  EXPECT_FALSE(first.closed()) << "nobody asks any more";
  EXPECT_EQ(engine_->Stats().sessions, 1u);
}

TEST_P(EngineClaimsTest, SeveralWaitersAreDecidedOneAfterTheOther) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().Open("ann");
  Client& third = NewClient().Open("ann");
  second.Join("r");
  third.Join("r");
  first.End();
  EXPECT_TRUE(second.OnlyEvent().room().has_joined());
  EXPECT_TRUE(third.Events().empty());
  EXPECT_EQ(second.record().probes, 1) << "the third asks the new holder";
  engine_->Alive(second.ref());
  EXPECT_EQ(ReasonOf(third.OnlyEvent()), Reason::kClientIdTaken);
}

TEST_P(EngineClaimsTest, ANamelessPlainClientAdoptsTheFirstNameItUses) {
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  Client& robot = NewClient().OpenPlain("lobby");
  const std::string before = robot.client_id();
  viewer.Events();
  robot.Offer("", "robot-7");
  const auto seen = viewer.Events();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].room().participant_updated().client_id(), before);
  EXPECT_EQ(seen[0].room().participant_updated().participant().client_id(), "robot-7");
  EXPECT_EQ(seen[1].signal().client_id(), "robot-7");
  viewer.Offer("robot-7");
  EXPECT_TRUE(robot.OnlyEvent().signal().has_offer());
  robot.Offer("", "robot-8");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kClientIdMismatch) << "once";
}

TEST_P(EngineClaimsTest, ANameThatIsGivenUpGoesToWhoWaitsForIt) {
  NewClient().OpenPlain("lobby", "viewer");
  Client& robot = NewClient().OpenPlain("lobby");
  Client& other = NewClient().OpenPlain("lobby", robot.client_id());
  EXPECT_FALSE(other.opened());
  robot.Offer("viewer", "robot-7");
  EXPECT_TRUE(other.opened());
  EXPECT_FALSE(robot.closed());
}

TEST_P(EngineClaimsTest, WhoEndedWhileWaitingTakesNothing) {
  NewClient().OpenPlain("lobby", "viewer");
  Client& named = NewClient().OpenPlain("lobby", "robot");
  Client& nameless = NewClient().OpenPlain("lobby");
  Client& third = NewClient().OpenPlain("lobby", nameless.client_id());
  nameless.Offer("viewer", "robot");  // waits for `named`, and is itself waited for
  clock_.Advance(absl::Seconds(2));
  engine_->Expire();
  EXPECT_EQ(nameless.closed_for(), Reason::kSessionReplaced);
  EXPECT_TRUE(third.opened());
  EXPECT_FALSE(named.closed()) << "nobody wants its name any more";
}

TEST_P(EngineClaimsTest, ANameInUseIsAdoptedOnlyFromTheDead) {
  Client& viewer = NewClient().OpenPlain("lobby", "viewer");
  Client& old_robot = NewClient().OpenPlain("lobby", "robot");
  Client& robot = NewClient().OpenPlain("lobby");
  robot.Offer("viewer", "robot");
  EXPECT_EQ(old_robot.record().probes, 1);
  engine_->Alive(old_robot.ref());
  EXPECT_EQ(ReasonOf(robot.Events().back()), Reason::kClientIdTaken);
  viewer.Events();
  robot.Offer("viewer", "robot");
  clock_.Advance(absl::Seconds(2));
  engine_->Expire();
  EXPECT_EQ(old_robot.closed_for(), Reason::kSessionReplaced);
  EXPECT_EQ(viewer.Events().back().signal().client_id(), "robot");
}

TEST_P(EngineClaimsTest, NobodySpeaksForAnother) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  bob.Offer("", "ann");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kClientIdMismatch);
  bob.Offer("", "bob");
  EXPECT_TRUE(ann.OnlyEvent().signal().has_offer());
}

TEST_P(EngineClaimsTest, WhatWaitedIsNotDoneWhenTheSessionEndsForIt) {
  NewClient().OpenPlain("r", "name");
  Client& banned = NewClient().OpenPlain("r");
  Client& other = Joined("elsewhere", "other");
  banned.Offer("name", "name");
  banned.Leave();
  banned.Join("elsewhere");
  v1::RemoveParticipantRequest remove;
  remove.set_room("r");
  remove.set_client_id("name");
  engine_->back_office().RemoveParticipant(remove, [](const auto&) {});
  EXPECT_EQ(banned.closed_for(), Reason::kBanned);
  EXPECT_TRUE(other.Events().empty()) << "it is not seen anywhere after its end";
}

TEST_P(EngineClaimsTest, WhatWaitsIsBoundedInBytes) {
  NewClient().OpenPlain("r", "name");
  Client& waiting = NewClient().Open("name");
  waiting.Join("r");
  for (int i = 0; i < 20; ++i) waiting.Message(std::string(16'000, 'x'));
  EXPECT_EQ(waiting.closed_for(), Reason::kInvalidMessage);
}

}  // namespace
}  // namespace signaling
