// A gateway's link breaks, or is changed: its sessions move, and their clients notice nothing.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

TEST_P(EngineAttachTest, MovesASessionAsItIs) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  bob.Message("1");
  ann.Events(/*acknowledge=*/false);
  const SessionRef before = ann.ref();
  const std::string token = ann.token();
  ann.End(DetachCause::kLinkBroken);
  bob.Message("2");
  ann.Attach();
  ASSERT_TRUE(ann.opened());
  const v1::Opened opened = *ann.record().opened;
  EXPECT_EQ(opened.epoch(), before.epoch);
  EXPECT_EQ(opened.last_id(), 1u);
  EXPECT_FALSE(opened.resumed());
  EXPECT_TRUE(opened.resume_token().empty());
  const v1::DownFrame event = ann.OnlyEvent();
  EXPECT_EQ(event.app().data(), "2") << "what was received is not sent again";
  EXPECT_TRUE(bob.Events().empty());
  EXPECT_TRUE(ann.ResumeWith(token, ann.last_seq()).record().opened->resumed())
      << "a move changes no token";
}

TEST_P(EngineAttachTest, OnlyWhatTheClientConfirmedIsTrimmed) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  const std::uint64_t confirmed = ann.last_seq();
  for (const char* data : {"1", "2", "3"}) bob.Message(data);
  ann.Events(/*acknowledge=*/false);
  ann.End(DetachCause::kLinkBroken);
  ann.Attach();
  EXPECT_TRUE(ann.Events(/*acknowledge=*/false).empty());
  ann.ResumeWith(ann.token(), confirmed);
  ASSERT_TRUE(ann.record().opened->resumed());
}

TEST_P(EngineAttachTest, WhatTheClientHasIsTrimmedAndIsNotThereAnyMore) {
  Make({.max_outbox_events = 8});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  const std::uint64_t before = ann.last_seq();
  for (int i = 0; i < 6; ++i) bob.Message("1");
  ann.Events(/*acknowledge=*/false);
  v1::Attach attach;
  attach.set_epoch(ann.ref().epoch);
  attach.set_attempt(1);
  attach.set_received_seq(ann.last_seq());
  attach.set_acked_seq(ann.last_seq());
  engine_->Attach(ann.ref().id, attach, {&sink_, 801});
  for (int i = 0; i < 6; ++i) bob.Message("1");
  EXPECT_FALSE(sink_.Of(801).closed) << "its outbox was emptied by the move";
  attach.set_attempt(2);
  attach.set_received_seq(before);
  attach.set_acked_seq(before);
  engine_->Attach(ann.ref().id, attach, {&sink_, 802});
  EXPECT_EQ(sink_.Of(802).closed->close_code(), 1011u) << "events are never skipped";
  EXPECT_FALSE(sink_.Of(801).closed);
  engine_->Detach(ann.ref(), &sink_, DetachCause::kBye);
}

TEST_P(EngineAttachTest, AMoveConfirmsNoTokenAndItsReplayComesInPortions) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  const std::string first = ann.token();
  ann.Events();
  const std::uint64_t seq = ann.last_seq();
  ann.Resume();
  ann.End(DetachCause::kLinkBroken);
  for (int i = 0; i < 100; ++i) bob.Message("1");
  ann.Attach();
  EXPECT_EQ(ann.Events(/*acknowledge=*/false).size(), 64u);
  EXPECT_TRUE(ann.ResumeWith(first, seq).record().opened->resumed())
      << "the token before is good until the client says something";
}

TEST_P(EngineAttachTest, OpenedComesBeforeAllElseAlsoAfterAReplayThatWasCutShort) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.End(DetachCause::kLinkBroken);
  for (int i = 0; i < 10; ++i) bob.Message("1");
  ann.Attach();
  ann.Events(/*acknowledge=*/false);
  ann.Attach();  // the sink fails where events are announced too early
  EXPECT_TRUE(ann.opened());
  ann.Resume();
  EXPECT_TRUE(ann.record().opened->resumed());
}

TEST_P(EngineAttachTest, AnOlderOpeningIsVoid) {
  Client& ann = NewClient().Open("ann");
  Client& bob = NewClient().OpenPlain("r", "bob");
  const SessionRef old_ann = ann.ref();
  const SessionRef old_bob = bob.ref();
  ann.OpenAgain();
  bob.OpenAgain();
  EXPECT_GT(ann.ref().epoch, old_ann.epoch);
  v1::UpFrame late;
  late.set_id(1);
  late.mutable_room()->mutable_join()->set_room("r");
  engine_->Apply(old_ann, &late);
  EXPECT_TRUE(ann.record().applied.empty());
  engine_->SetResumable(old_bob);
  bob.End(DetachCause::kBroken);
  EXPECT_EQ(engine_->Stats().detached, 0u) << "it cannot be resumed";
}

TEST_P(EngineAttachTest, AnOpeningIsSaidAgainSoonOrNotAtAll) {
  Client& ann = NewClient().Open("ann");
  Wait(absl::Minutes(1));
  ann.OpenAgain();
  EXPECT_FALSE(ann.opened());
  engine_->Detach({ann.ref().id, 1}, &sink_, DetachCause::kBye);
}

TEST_P(EngineAttachTest, AShortWindowIsNotShorterForALink) {
  Make({.resume_window = absl::ZeroDuration()});
  Client& ann = Joined("r", "ann");
  ann.End(DetachCause::kLinkBroken);
  Wait(absl::Seconds(4));
  EXPECT_TRUE(ann.Attach().opened());
  ann.End(DetachCause::kBroken);
  engine_->Expire();
  EXPECT_EQ(engine_->Stats().sessions, 0u);
}

TEST_P(EngineAttachTest, WhoStillHeldItIsTold) {
  Client& ann = Joined("r", "ann");
  const std::uint64_t old_tag = ann.tag();
  ann.Attach();
  EXPECT_TRUE(ann.opened());
  EXPECT_TRUE(sink_.Of(old_tag).closed.has_value());
  RecordingSink stale;
  engine_->Detach(ann.ref(), &stale, DetachCause::kBroken);
  EXPECT_EQ(engine_->Stats().detached, 0u) << "only its holder detaches a session";
}

TEST_P(EngineAttachTest, WaitsForItsGatewayAWhileAlsoWithoutResume) {
  Client& robot = NewClient().OpenPlain("r", "robot");
  Client& ann = Joined("r", "ann");
  robot.End(DetachCause::kLinkBroken);
  Wait(absl::Seconds(4));
  robot.Attach();
  ASSERT_TRUE(robot.opened());
  ann.Events();
  robot.End(DetachCause::kLinkBroken);
  Wait(absl::Seconds(1));
  EXPECT_FALSE(ann.OnlyEvent().room().participant_connection().connected());
  Wait(absl::Seconds(4));
  EXPECT_EQ(ann.OnlyEvent().room().participant_left().reason(), v1::LEAVE_REASON_TIMEOUT);
  robot.Attach();
  EXPECT_FALSE(robot.opened());
  EXPECT_EQ(robot.closed_for(), Reason::kUnavailable);
  ann.End(DetachCause::kLinkBroken);
  Wait(absl::Seconds(29));
  EXPECT_TRUE(ann.Attach().opened()) << "one that can be resumed has its whole window";
}

TEST_P(EngineAttachTest, WhatCannotBeIsRefused) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  v1::Attach attach;
  attach.set_epoch(ann.ref().epoch);
  attach.set_attempt(1000);
  engine_->Attach(*SessionId::Parse(NewRandomId()), attach, {&sink_, 501});
  EXPECT_EQ(sink_.Of(501).closed->close_code(), 1012u);
  attach.set_epoch(ann.ref().epoch + 1);
  engine_->Attach(ann.ref().id, attach, {&sink_, 502});
  EXPECT_EQ(sink_.Of(502).closed->close_code(), 4504u);
  attach.set_epoch(ann.ref().epoch);
  attach.set_received_seq(99);
  engine_->Attach(ann.ref().id, attach, {&sink_, 503});
  EXPECT_EQ(sink_.Of(503).closed->close_code(), 1011u);
  EXPECT_FALSE(ann.closed());
  // One that ended meanwhile is told how.
  bob.End(DetachCause::kLinkBroken);
  ann.Moderate(Kick("bob"));
  bob.Attach();
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
}

TEST_P(EngineAttachTest, AnOverflowMeanwhileIsASlowConsumersEnd) {
  Make({.max_outbox_events = 4});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.End(DetachCause::kLinkBroken);
  for (int i = 0; i < 5; ++i) bob.Message("1");
  ann.Attach();
  EXPECT_EQ(ann.closed_for(), Reason::kSlowConsumer);
  EXPECT_EQ(ann.Resume().record().opened->resume_error(), v1::RESUME_ERROR_EVENTS_LOST);
}

// The stream was believed lost, and what was said on it arrives after all.
TEST_P(EngineAttachTest, ALateOneTakesNothingFromTheOneAfterIt) {
  Client& ann = NewClient().Open("ann");
  v1::Attach attach;
  attach.set_epoch(ann.ref().epoch);
  attach.set_attempt(5);
  engine_->Attach(ann.ref().id, attach, {&sink_, 601});
  attach.set_attempt(4);
  engine_->Attach(ann.ref().id, attach, {&sink_, 602});
  EXPECT_EQ(sink_.Of(602).closed->close_code(), 4504u);
  EXPECT_FALSE(sink_.Of(601).closed);

  v1::Open open;
  open.set_path(v1::SESSION_PATH_V1);
  open.set_session_id(NewRandomId());
  open.set_attempt(2);
  const SessionId bob = *SessionId::Parse(open.session_id());
  engine_->Open(bob, open, Identity(), {&sink_, 701});
  open.set_attempt(1);
  engine_->Open(bob, open, Identity(), {&sink_, 702});
  EXPECT_EQ(sink_.Of(702).closed->close_code(), 4504u);
  EXPECT_FALSE(sink_.Of(701).closed);

  v1::Open resume;
  resume.set_path(v1::SESSION_PATH_V1);
  resume.set_session_id(NewRandomId());
  resume.set_attempt(2);
  resume.mutable_resume()->set_session_id(bob.ToString());
  resume.mutable_resume()->set_token(sink_.Of(701).opened->resume_token());
  const SessionId opener = *SessionId::Parse(resume.session_id());
  engine_->Open(opener, resume, Identity(), {&sink_, 703});
  ASSERT_TRUE(sink_.Of(703).opened->resumed());
  resume.set_attempt(1);
  engine_->Open(opener, resume, Identity(), {&sink_, 704});
  EXPECT_EQ(sink_.Of(704).closed->close_code(), 4504u);
  EXPECT_FALSE(sink_.Of(703).closed);
  engine_->Detach({bob, sink_.Of(703).opened->epoch()}, &sink_, DetachCause::kBye);
  engine_->Detach(ann.ref(), &sink_, DetachCause::kBye);
}

TEST_P(EngineAttachTest, OpeningAgainIsTheSameSession) {
  Joined("r", "ann");
  Client& robot = NewClient().OpenPlain("r", "robot");
  robot.Message("1");
  Joined("r", "bob");
  robot.End(DetachCause::kLinkBroken);
  robot.OpenAgain();
  ASSERT_TRUE(robot.opened());
  const v1::Opened opened = *robot.record().opened;
  EXPECT_EQ(opened.last_id(), 1u);
  ASSERT_EQ(opened.room().participants_size(), 1) << "as the room was; what came since are events";
  EXPECT_EQ(robot.OnlyEvent().room().participant_joined().participant().client_id(), "bob");
  EXPECT_EQ(engine_->Stats().sessions, 3u);
  robot.OpenAgain();
  EXPECT_FALSE(robot.opened()) << "its client has acknowledged something: it had `opened`";
  EXPECT_TRUE(robot.closed());
}

TEST_P(EngineAttachTest, AnOpeningThatWaitsIsToldToTheNewHolder) {
  Client& first = Joined("r", "ann");
  Client& second = NewClient().OpenPlain("r", "ann");
  EXPECT_FALSE(second.opened());
  second.End(DetachCause::kLinkBroken);
  second.OpenAgain();
  EXPECT_FALSE(second.opened());
  first.End();
  EXPECT_TRUE(second.opened());
  EXPECT_EQ(second.record().opened->client_id(), "ann");
  second.End();
  // And one whose new holder comes late finds it open.
  Client& third = Joined("r", "ann");
  Client& fourth = NewClient().OpenPlain("r", "ann");
  fourth.End(DetachCause::kLinkBroken);
  third.End();
  fourth.OpenAgain();
  EXPECT_TRUE(fourth.opened());
}

TEST_P(EngineAttachTest, AResumeWhoseAnswerWasLostIsOpenedAgain) {
  Client& ann = Joined("r", "ann");
  const std::string token = ann.token();
  const std::uint64_t seq = ann.last_seq();
  ann.ResumeWith(token, seq);
  ann.End(DetachCause::kLinkBroken);
  ann.ResumeWith(token, seq);
  EXPECT_TRUE(ann.record().opened->resumed());
}

}  // namespace
}  // namespace signaling
