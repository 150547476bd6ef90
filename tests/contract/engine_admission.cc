// The door of a room: who knocks, who lets in, and who need not ask.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(EngineAdmissionTest, WhoKnocksWaitsUntilAdmitted) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  EXPECT_TRUE(ann.OnlyEvent().room().has_joined()) << "who creates it need not knock";
  Client& bob = NewClient().Open("bob");
  const std::uint64_t join = bob.Join("r");
  const v1::DownFrame waiting = bob.OnlyEvent();
  EXPECT_EQ(waiting.reply_to(), join);
  EXPECT_TRUE(waiting.room().has_knock());
  EXPECT_TRUE(waiting.room().knock().client_id().empty());
  EXPECT_EQ(ann.OnlyEvent().room().knock().client_id(), "bob");
  EXPECT_EQ(engine_->Stats().participants, 1u) << "no seat is held";
  bob.Message("1");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kNotInRoom);
  bob.Join("other");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kAlreadyInRoom);
  ann.Moderate(Admit("bob"));
  const v1::DownFrame joined = bob.OnlyEvent();
  EXPECT_EQ(joined.reply_to(), join);
  EXPECT_EQ(joined.room().joined().participants(0).client_id(), "ann");
  EXPECT_TRUE(ann.OnlyEvent().room().has_participant_joined());
  ann.Moderate(Admit("bob"));
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable);
}

TEST_P(EngineAdmissionTest, AKnockerMayBeRefusedLeaveOrVanish) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  Client& bob = NewClient().Open("bob");
  const std::uint64_t join = bob.Join("r");
  bob.Events();
  ann.Moderate(Kick("bob"));
  const v1::DownFrame verdict = bob.OnlyEvent();
  EXPECT_EQ(ReasonOf(verdict), Reason::kPermissionDenied);
  EXPECT_EQ(verdict.reply_to(), join);
  EXPECT_FALSE(bob.closed());
  bob.Join("r");
  EXPECT_EQ(ReasonOf(bob.OnlyEvent()), Reason::kBanned);
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  eve.Events();
  eve.Leave();
  EXPECT_TRUE(eve.OnlyEvent().room().has_left());
  Client& dan = NewClient().Open("dan");
  dan.Join("r");
  Vanish(dan);
  ann.Events();
  for (const char* gone : {"eve", "dan"}) {
    ann.Moderate(Admit(gone));
    EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kPeerUnavailable);
  }
}

TEST_P(EngineAdmissionTest, TheListedNeedNotKnockUnlessTheRoomIsLocked) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options = Knocking();
  options.mutable_allowed()->add_client_ids("bob");
  ann.JoinWith("r", options);
  Joined("r", "bob").Leave();
  Client& stranger = NewClient().Open("stranger");
  stranger.Join("r");
  EXPECT_TRUE(stranger.OnlyEvent().room().has_knock()) << "not on the list, but may ask";
  ann.Moderate(Lock(true));
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  EXPECT_TRUE(bob.OnlyEvent().room().has_knock());
  ann.Events();
  ann.Moderate(Admit("bob"));
  EXPECT_TRUE(bob.OnlyEvent().room().has_joined()) << "who knocks can be admitted";
}

TEST_P(EngineAdmissionTest, WhoHasTheNameIsAskedBeforeAnybodyKnocksUnderIt) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  Client& guest = NewClient().Open("guest");
  guest.Join("r");
  guest.Events();
  ann.Events();
  Client& again = NewClient().Open("ann");
  again.Join("r");
  EXPECT_EQ(ann.record().probes, 1);
  EXPECT_THAT(ann.Events(), IsEmpty()) << "nobody knocks under the moderator's own name";
  engine_->Alive(ann.ref());
  EXPECT_EQ(ReasonOf(again.OnlyEvent()), Reason::kClientIdTaken);
  again.Join("r");
  clock_.Advance(absl::Seconds(2));
  engine_->Expire();
  EXPECT_EQ(ann.closed_for(), Reason::kSessionReplaced);
  const auto takes_over = [](Client& moderator) {
    const auto events = moderator.Events();
    return events.size() == 2 && events[0].room().has_joined() &&
           events[1].room().knock().client_id() == "guest";
  };
  EXPECT_TRUE(takes_over(again)) << "it takes the place, need not knock, and hears who does";
  EXPECT_THAT(guest.Events(), IsEmpty()) << "the room was never without a moderator";
  again.Moderate(Lock(true));
  Client& third = NewClient().Open("ann");
  third.Join("r");
  clock_.Advance(absl::Seconds(2));
  engine_->Expire();
  EXPECT_TRUE(takes_over(third)) << "nor does the lock keep it out";
  Client& stranger = NewClient().Open("stranger");
  stranger.Join("r");
  EXPECT_TRUE(stranger.OnlyEvent().room().has_knock());
}

TEST_P(EngineAdmissionTest, WhoHasLeftItsFirstRoomTakesNoOtherName) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  ann.Events();
  Client& robot = NewClient().OpenPlain("elsewhere");
  robot.Leave();
  robot.Join("r");
  robot.Events();
  robot.Offer("", "mallory");
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kNotInRoom);
  v1::UpFrame frame;
  frame.mutable_signal()->set_offer_id("none");
  frame.mutable_signal()->set_client_id("mallory");
  frame.mutable_signal()->mutable_ice_candidate();
  robot.Send(frame);
  EXPECT_EQ(ReasonOf(robot.OnlyEvent()), Reason::kClientIdMismatch)
      << "whom the moderator was told of is who comes in";
}

TEST_P(EngineAdmissionTest, AdmissionNeedsASeat) {
  Client& ann = NewClient().Open("ann");
  v1::RoomOptions options = Knocking();
  options.set_max_participants(1);
  ann.JoinWith("r", options);
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  bob.Events();
  ann.Events();
  ann.Moderate(Admit("bob"));
  EXPECT_EQ(ReasonOf(ann.OnlyEvent()), Reason::kRoomFull);
  EXPECT_THAT(bob.Events(), IsEmpty()) << "it goes on knocking";
}

TEST_P(EngineAdmissionTest, TheNextModeratorHearsOfThoseWhoKnock) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  ann.Events();
  ann.Moderate(Admit("bob"));
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  eve.Events();
  bob.Events();
  Vanish(ann);
  const auto told = bob.Events();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].room().knock().client_id(), "eve");
  bob.Leave();
  EXPECT_EQ(ReasonOf(eve.OnlyEvent()), Reason::kPermissionDenied) << "nobody is left to admit it";
  eve.Join("r");
  EXPECT_TRUE(eve.OnlyEvent().room().has_joined()) << "the first one back";
}

}  // namespace
}  // namespace signaling
