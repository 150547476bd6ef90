// What a client that comes back is refused, and what ends while it is away.
#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using ::testing::ElementsAre;

TEST_P(EngineResumeTest, TheWindowHoldsTheSeatAndEnds) {
  Make({.max_participants = 2});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.End(DetachCause::kBroken);
  EXPECT_EQ(engine_->Stats().detached, 1u);
  Wait(absl::Seconds(29));
  Client& eve = NewClient().Open("eve");
  eve.Join("r");
  EXPECT_EQ(ReasonOf(eve.OnlyEvent()), Reason::kRoomFull);
  bob.Events();
  Wait(absl::Seconds(1));
  const v1::ParticipantLeft left = bob.OnlyEvent().room().participant_left();
  EXPECT_EQ(left.client_id(), "ann");
  EXPECT_EQ(left.reason(), v1::LEAVE_REASON_TIMEOUT);
  EXPECT_EQ(engine_->Stats().detached, 0u);
  ann.Resume();
  EXPECT_FALSE(ann.record().opened->resumed());
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_SESSION_EXPIRED);
  EXPECT_EQ(ann.record().opened->last_id(), 0u);
  ann.Join("r");
  EXPECT_TRUE(ann.OnlyEvent().room().has_joined()) << "as a new session";
}

TEST_P(EngineResumeTest, ReturnsDoNotAddUp) {
  Client& ann = Joined("r", "ann");
  for (int i = 0; i < 5; ++i) {
    ann.End(DetachCause::kBroken);
    Wait(absl::Seconds(20));
    ASSERT_TRUE(ann.Resume().record().opened->resumed()) << i;
  }
}

TEST_P(EngineResumeTest, AWrongTokenHarmsNobody) {
  Client& ann = Joined("r", "ann");
  const SessionRef before = ann.ref();
  const std::string good = ann.token();
  Client& eve = NewClient().Open("eve");
  v1::Open open;
  open.set_path(v1::SESSION_PATH_V1);
  open.mutable_resume()->set_session_id(before.id.ToString());
  std::uint64_t tag = 500;
  for (const std::string& token : {std::string("no"), std::string(), eve.token(), good + "A"}) {
    open.mutable_resume()->set_token(token);
    open.set_session_id(NewRandomId());
    const SessionId id = *SessionId::Parse(open.session_id());
    engine_->Open(id, open, Identity(), {&sink_, ++tag});
    const auto opened = sink_.Of(tag).opened;
    ASSERT_TRUE(opened.has_value());
    EXPECT_FALSE(opened->resumed());
    EXPECT_EQ(opened->resume_error(), v1::RESUME_ERROR_INVALID);
    EXPECT_EQ(opened->session_id(), open.session_id());
    engine_->Detach({id, opened->epoch()}, &sink_, DetachCause::kBye);
  }
  EXPECT_FALSE(ann.closed());
  ann.Message("1", "ann");
  EXPECT_FALSE(ann.record().applied.empty()) << "its epoch is as it was";
}

TEST_P(EngineResumeTest, TheTokenBeforeIsGoodUntilTheNewOneIsKnown) {
  Client& ann = Joined("r", "ann");
  const std::string first = ann.token();
  const std::uint64_t seq = ann.last_seq();
  // `connected` was lost, three times.
  for (int i = 0; i < 3; ++i) {
    ann.ResumeWith(first, seq);
    ASSERT_TRUE(ann.record().opened->resumed()) << i;
    EXPECT_NE(ann.token(), first);
  }
  const std::string second = ann.token();
  ann.Message("1", "nobody");
  SessionRef still_open = ann.ref();
  ann.ResumeWith(first, seq);
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_INVALID);
  engine_->Detach(still_open, &sink_, DetachCause::kBye);
  Client& bob = Joined("r", "bob");
  const std::string before = bob.token();
  bob.Resume();
  engine_->Acknowledge(bob.ref(), bob.last_seq());
  still_open = bob.ref();
  bob.ResumeWith(before, bob.last_seq());
  EXPECT_EQ(bob.record().opened->resume_error(), v1::RESUME_ERROR_INVALID)
      << "an acknowledgement is a message too";
  engine_->Detach(still_open, &sink_, DetachCause::kBye);
}

TEST_P(EngineResumeTest, LostEventsAreToldNotSkipped) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  bob.Message("1");
  ann.Events();
  ann.ResumeWith(ann.token(), ann.last_seq() - 1);
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_EVENTS_LOST);
  EXPECT_TRUE(bob.OnlyEvent().room().has_participant_left());
  bob.ResumeWith(bob.token(), bob.last_seq() + 1);
  EXPECT_EQ(bob.record().opened->resume_error(), v1::RESUME_ERROR_EVENTS_LOST)
      << "what was never sent cannot have arrived";
  EXPECT_EQ(engine_->Stats().participants, 0u);
}

TEST_P(EngineResumeTest, ALostRefusalCostsNothing) {
  Client& ann = Joined("r", "ann");
  const SessionId id = ann.ref().id;
  v1::Open open;
  open.set_path(v1::SESSION_PATH_V1);
  open.set_session_id(NewRandomId());
  open.mutable_resume()->set_session_id(id.ToString());
  open.mutable_resume()->set_token(ann.token());
  open.mutable_resume()->set_last_seq(99);
  const SessionId fresh = *SessionId::Parse(open.session_id());
  for (const std::uint64_t tag : {901U, 902U}) {
    open.set_attempt(static_cast<std::uint32_t>(tag));
    engine_->Open(fresh, open, Identity(), {&sink_, tag});
    ASSERT_TRUE(sink_.Of(tag).opened) << tag;
    EXPECT_EQ(sink_.Of(tag).opened->resume_error(), v1::RESUME_ERROR_EVENTS_LOST);
    EXPECT_EQ(sink_.Of(tag).opened->session_id(), open.session_id());
  }
  EXPECT_EQ(engine_->Stats().sessions, 1u);
  engine_->Detach({fresh, sink_.Of(902).opened->epoch()}, &sink_, DetachCause::kBye);
}

TEST_P(EngineResumeTest, WhatDetachedSessionsKeepIsBounded) {
  constexpr std::size_t kOffer = 50'000;
  Make({.max_detached_bytes = 10 * kOffer});
  std::vector<Client*> makers;
  for (int i = 0; i < 20; ++i) {
    Client& maker = NewClient().Open();
    maker.Create(std::string(kOffer, 'x'));
    maker.Events();
    maker.End(DetachCause::kBroken);
    makers.push_back(&maker);
  }
  EXPECT_LE(engine_->Stats().detached, 10u);
  EXPECT_GE(engine_->Stats().detached, 8u);
  EXPECT_FALSE(makers.front()->Resume().record().opened->resumed());
  EXPECT_TRUE(makers.back()->Resume().record().opened->resumed());
}

TEST_P(EngineResumeTest, WhoWasRemovedWhileItWasThereIsToldSoAsWell) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Moderate(Kick("bob"));
  ASSERT_EQ(bob.closed_for(), Reason::kKicked);
  bob.Resume();  // its `closed` was lost
  EXPECT_FALSE(bob.opened());
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
}

TEST_P(EngineResumeTest, AnOutboxThatOverflowsEndsTheReceiver) {
  Make({.max_outbox_events = 4});
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Events();
  ann.End(DetachCause::kBroken);
  for (int i = 0; i < 5; ++i) bob.Message("1");
  const v1::ParticipantLeft left = bob.OnlyEvent().room().participant_left();
  EXPECT_EQ(left.reason(), v1::LEAVE_REASON_OVERFLOW);
  EXPECT_THAT(bob.record().applied, ElementsAre(1, 2, 3, 4, 5, 6));
  ann.Resume();
  EXPECT_FALSE(ann.record().opened->resumed());
  EXPECT_EQ(ann.record().opened->resume_error(), v1::RESUME_ERROR_EVENTS_LOST);
}

TEST_P(EngineResumeTest, WhoWasRemovedMeanwhileIsToldSo) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Client& eve = Joined("q", "eve");
  bob.End(DetachCause::kBroken);
  eve.End(DetachCause::kBroken);
  ann.Moderate(Kick("bob"));
  v1::DeleteRoomRequest request;
  request.set_room("q");
  engine_->back_office().DeleteRoom(request, [](const auto& reply) { EXPECT_TRUE(reply.ok()); });
  const std::size_t sessions = engine_->Stats().sessions;
  EXPECT_FALSE(bob.Resume().opened());
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
  EXPECT_FALSE(eve.Resume().opened());
  EXPECT_EQ(eve.closed_for(), Reason::kRoomClosed);
  EXPECT_EQ(engine_->Stats().sessions, sessions) << "none is opened instead";
  eve.ResumeWith("wrong", 0);
  EXPECT_EQ(eve.record().opened->resume_error(), v1::RESUME_ERROR_INVALID)
      << "only its client hears how it ended";
  eve.End();
  Wait(absl::Minutes(6));
  EXPECT_EQ(bob.ResumeWith(bob.token(), 0).record().opened->resume_error(),
            v1::RESUME_ERROR_SESSION_EXPIRED);
}

TEST_P(EngineResumeTest, ByeLeavesNothingToResume) {
  Client& ann = Joined("r", "ann");
  ann.End(DetachCause::kBye);
  EXPECT_EQ(ann.Resume().record().opened->resume_error(), v1::RESUME_ERROR_SESSION_EXPIRED);
}

}  // namespace
}  // namespace signaling
