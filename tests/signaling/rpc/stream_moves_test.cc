// Sessions that go on: resumed by their client, or moved by their gateway, and those that the service sends away.
#include "tests/signaling/rpc/streams_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

class StreamMovesTest : public StreamsTest {
 protected:
  double Counted(const std::string& name, const std::string& result) const {
    for (const prometheus::MetricFamily& family : registry_.Collect()) {
      if (family.name != name) continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label[0].value == result) return metric.counter.value;
      }
    }
    ADD_FAILURE() << "no " << name << " with " << result;
    return -1;
  }
  double Resumes(const std::string& result) const {
    return Counted("signaling_resumes_total", result);
  }
  double Attaches(const std::string& result) const {
    return Counted("signaling_attaches_total", result);
  }
  void MakeResumable(std::uint32_t slot) {
    v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_resumable();
    ASSERT_TRUE(Handle(frame).ok());
  }
};

TEST_F(StreamMovesTest, AResumedSessionGoesOnWhereItsClientLeftOff) {
  OpenTwo();
  MakeResumable(1);
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  ASSERT_TRUE(Handle(MessageFrame(2, 1, R"("a")")).ok());
  ASSERT_TRUE(Handle(DetachFrame(1, v1::Detach::CAUSE_BROKEN)).ok());
  ASSERT_TRUE(Handle(MessageFrame(2, 2, R"("b")")).ok());
  EXPECT_EQ(engine_.Stats().detached, 1u);

  // The join of bob was 1, "a" is 2; of "a" the client heard nothing.
  ASSERT_TRUE(HandleOn(other_, ResumeFrame(7, ann_, 1)).ok());
  const v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 3);
  const v1::Opened& opened = batch.frames(0).opened();
  EXPECT_TRUE(opened.resumed());
  EXPECT_EQ(opened.session_id(), ann_.session_id()) << "not that of the opening";
  EXPECT_GT(opened.epoch(), ann_.epoch());
  EXPECT_EQ(opened.last_id(), 1u);
  EXPECT_NE(opened.resume_token(), ann_.resume_token());
  EXPECT_EQ(batch.frames(1).seq(), 2u);
  EXPECT_EQ(batch.frames(2).seq(), 3u);
  EXPECT_EQ(batch.frames(2).slot(), 7u);
  EXPECT_EQ(batch.frames(2).ack_id(), 0u) << "said by opened";

  ASSERT_TRUE(HandleOn(other_, MessageFrame(7, 2)).ok());
  other_.Tick();
  const v1::DownBatch after = FillOf(other_);
  ASSERT_EQ(after.frames_size(), 1);
  EXPECT_EQ(after.frames(0).ack_id(), 2u);
  EXPECT_EQ(Resumes("resumed"), 1);
}

TEST_F(StreamMovesTest, NothingButADetachMayPrecedeTheAnswerToAResume) {
  OpenTwo();
  MakeResumable(1);
  ASSERT_TRUE(HandleOn(other_, ResumeFrame(1, ann_, 0)).ok());
  v1::UpFrame ack;
  ack.set_slot(1);
  ack.set_ack_seq(1);
  for (const v1::UpFrame& early : {MessageFrame(1, 1), ack}) {
    EXPECT_EQ(HandleOn(other_, early).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(HandleOn(other_, DetachFrame(1, v1::Detach::CAUSE_BROKEN)).ok());
  const v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(batch.frames(0).has_opened());
  EXPECT_TRUE(batch.frames(1).has_closed());
  EXPECT_FALSE(batch.frames(1).closed().has_error());
  EXPECT_EQ(engine_.Stats().detached, 1u) << "the session that was resumed waits again";
}

TEST_F(StreamMovesTest, WhatCannotBeResumedIsOpenedAnewAndCountedByItsReason) {
  OpenTwo();
  MakeResumable(1);
  v1::UpFrame unknown = ResumeFrame(1, ann_, 0);
  unknown.mutable_open()->mutable_resume()->set_session_id(NewRandomId());
  v1::UpFrame wrong = ResumeFrame(2, ann_, 0);
  wrong.mutable_open()->mutable_resume()->set_token(NewRandomId());
  ASSERT_TRUE(HandleOn(other_, unknown).ok());
  ASSERT_TRUE(HandleOn(other_, wrong).ok());
  ASSERT_TRUE(HandleOn(other_, ResumeFrame(3, ann_, 99)).ok());
  v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 3);
  EXPECT_EQ(batch.frames(0).opened().resume_error(), v1::RESUME_ERROR_SESSION_EXPIRED);
  EXPECT_EQ(batch.frames(0).opened().session_id(), unknown.open().session_id());
  EXPECT_EQ(batch.frames(1).opened().resume_error(), v1::RESUME_ERROR_INVALID);
  EXPECT_EQ(batch.frames(2).opened().resume_error(), v1::RESUME_ERROR_EVENTS_LOST);
  for (const char* result : {"session_expired", "invalid", "events_lost"}) {
    EXPECT_EQ(Resumes(result), 1) << result;
  }
  EXPECT_EQ(Resumes("resumed"), 0);

  // The new session works, and its numbers begin anew.
  ASSERT_TRUE(HandleOn(other_, MessageFrame(3, 1)).ok());
  batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).seq(), 1u);
  EXPECT_EQ(batch.frames(0).error().reason(), v1::ERROR_REASON_NOT_IN_ROOM);
}

TEST_F(StreamMovesTest, AResumeWithinTheStreamTakesTheSessionFromItsOldSlot) {
  OpenTwo();
  MakeResumable(1);
  const v1::UpFrame resume = ResumeFrame(3, ann_, 1);
  ASSERT_TRUE(Handle(resume).ok());
  EXPECT_TRUE(Handle(DetachFrame(1, v1::Detach::CAUSE_BYE)).ok()) << "too late: ignored";
  EXPECT_TRUE(Handle(MessageFrame(1, 1)).ok()) << "likewise";
  EXPECT_TRUE(Handle(resume).ok()) << "the same opening again is the same session";
  EXPECT_FALSE(Handle(ResumeFrame(3, ann_, 1)).ok()) << "another one is not";
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_EQ(batch.frames(0).slot(), 1u);
  EXPECT_EQ(batch.frames(0).closed().error().reason(), v1::ERROR_REASON_SESSION_REPLACED);
  EXPECT_EQ(batch.frames(0).closed().close_code(), 4504u);
  EXPECT_EQ(batch.frames(1).slot(), 3u);
  EXPECT_TRUE(batch.frames(1).opened().resumed());
  EXPECT_EQ(engine_.Stats().detached, 0u);
  EXPECT_TRUE(Handle(MessageFrame(3, 1)).ok());
  EXPECT_EQ(Fill().frames(0).slot(), 2u) << "it speaks from its new slot";
}

TEST_F(StreamMovesTest, AnAttachedSessionGoesOnWhereItsGatewayLeftOff) {
  OpenTwo();
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  for (std::uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(Handle(MessageFrame(2, id)).ok());
  Fill();
  // Four events were sent. The gateway has three of them, the client confirmed one.
  ASSERT_TRUE(HandleOn(other_, AttachFrame(9, ann_, 3, 1)).ok());
  v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 2);
  const v1::Opened& opened = batch.frames(0).opened();
  EXPECT_EQ(opened.session_id(), ann_.session_id());
  EXPECT_EQ(opened.epoch(), ann_.epoch());
  EXPECT_EQ(opened.last_id(), 1u);
  EXPECT_FALSE(opened.resumed());
  EXPECT_EQ(opened.resume_token(), "");
  EXPECT_EQ(batch.frames(1).seq(), 4u);
  EXPECT_EQ(Attaches("attached"), 1);

  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1) << "the old slot is let go";
  EXPECT_EQ(batch.frames(0).closed().close_code(), 4504u);
  stream_.DetachAll(DetachCause::kLinkBroken);
  EXPECT_EQ(engine_.Stats().detached, 1u) << "bob only: the old stream holds ann no more";
}

TEST_F(StreamMovesTest, AMoveWithinTheStreamIsNotUndoneByWhatIsStillOnItsWay) {
  OpenTwo();
  ASSERT_TRUE(Handle(AttachFrame(3, ann_, 1, 0)).ok());
  EXPECT_TRUE(Handle(DetachFrame(1, v1::Detach::CAUSE_BYE)).ok());
  EXPECT_EQ(engine_.Stats().sessions, 2u) << "the epoch is the same, the slot is not";
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(batch.frames(0).has_closed());
  EXPECT_EQ(batch.frames(1).slot(), 3u);
  EXPECT_TRUE(batch.frames(1).has_opened());
  stream_.DetachAll(DetachCause::kBye);
  EXPECT_EQ(engine_.Stats().sessions, 0u);
}

TEST_F(StreamMovesTest, OnlyNumberedFramesWaitForTheAnswerToAnAttach) {
  OpenTwo();
  ASSERT_TRUE(Handle(MessageFrame(2, 1)).ok());
  ASSERT_TRUE(HandleOn(other_, AttachFrame(1, ann_, 2, 0)).ok());
  v1::UpFrame ack;
  ack.set_slot(1);
  ack.set_ack_seq(2);
  EXPECT_TRUE(HandleOn(other_, ack).ok());
  EXPECT_EQ(HandleOn(other_, MessageFrame(1, 1)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(FillOf(other_).frames(0).has_opened());
  EXPECT_TRUE(HandleOn(other_, MessageFrame(1, 1)).ok());
}

TEST_F(StreamMovesTest, AttachesThatCannotBeAreClosed) {
  OpenTwo();
  v1::UpFrame gone = AttachFrame(1, ann_, 0, 0);
  gone.mutable_attach()->set_session_id(NewRandomId());
  v1::UpFrame old = AttachFrame(2, ann_, 0, 0);
  old.mutable_attach()->set_epoch(ann_.epoch() + 1);
  ASSERT_TRUE(HandleOn(other_, gone).ok());
  ASSERT_TRUE(HandleOn(other_, old).ok());
  ASSERT_TRUE(HandleOn(other_, AttachFrame(3, ann_, 0, 1)).ok());
  const v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 3);
  EXPECT_EQ(batch.frames(0).closed().error().reason(), v1::ERROR_REASON_UNAVAILABLE);
  EXPECT_EQ(batch.frames(0).closed().close_code(), 1012u);
  EXPECT_EQ(batch.frames(1).closed().close_code(), 4504u);
  EXPECT_EQ(batch.frames(2).closed().error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(Attaches("refused"), 2) << "the third is the gateway's fault";
  EXPECT_TRUE(other_.empty()) << "the slots are free";

  EXPECT_FALSE(Handle(AttachFrame(1, ann_, 0, 0)).ok()) << "the slot is in use";
  v1::UpFrame malformed = AttachFrame(5, ann_, 0, 0);
  malformed.mutable_attach()->set_session_id("short");
  EXPECT_EQ(Handle(malformed).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Handle(AttachFrame(0, ann_, 0, 0)).ok());
}

TEST_F(StreamMovesTest, WhoAcknowledgesOutlivesItsSocketOthersOnlyTheirLink) {
  OpenTwo();
  MakeResumable(1);
  ASSERT_TRUE(Handle(DetachFrame(1, v1::Detach::CAUSE_BROKEN)).ok());
  ASSERT_TRUE(Handle(DetachFrame(2, v1::Detach::CAUSE_BROKEN)).ok());
  EXPECT_EQ(engine_.Stats().sessions, 1u);
  EXPECT_EQ(Fill().frames_size(), 2) << "both slots are closed";
  EXPECT_TRUE(stream_.empty());
  ASSERT_TRUE(Handle(OpenFrame(1, "eve")).ok());
  Fill();
  stream_.DetachAll(DetachCause::kLinkBroken);
  EXPECT_EQ(engine_.Stats().detached, 2u);
}

TEST_F(StreamMovesTest, AServiceThatStopsTakesNobody) {
  OpenTwo();
  EXPECT_EQ(other_.TakeNoMore(), 0u);
  EXPECT_EQ(stream_.TakeNoMore(), 2u);
  ASSERT_TRUE(HandleOn(other_, OpenFrame(1, "eve")).ok());
  ASSERT_TRUE(HandleOn(other_, AttachFrame(2, ann_, 1, 0)).ok());
  const v1::DownBatch batch = FillOf(other_);
  ASSERT_EQ(batch.frames_size(), 2);
  for (const v1::DownFrame& frame : batch.frames()) {
    EXPECT_EQ(frame.closed().error().reason(), v1::ERROR_REASON_DRAINING);
    EXPECT_EQ(frame.closed().close_code(), 4000u);
  }
  EXPECT_EQ(engine_.Stats().sessions, 2u);
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  EXPECT_EQ(Fill().frames_size(), 1) << "those that are there go on";
}

TEST_F(StreamMovesTest, ThoseThatAreSentAwayAreToldThatTheirStateGoes) {
  OpenTwo();
  ASSERT_TRUE(Handle(OpenFrame(3, "eve")).ok());
  Fill();
  EXPECT_EQ(stream_.SendAway(2), 2u);
  v1::DownBatch batch = Fill();
  int closed = 0;
  for (const v1::DownFrame& frame : batch.frames()) {
    if (!frame.has_closed()) continue;
    ++closed;
    EXPECT_EQ(frame.closed().error().reason(), v1::ERROR_REASON_UNAVAILABLE);
    EXPECT_EQ(frame.closed().close_code(), 1012u);
  }
  EXPECT_EQ(closed, 2);
  EXPECT_EQ(batch.frames_size(), 2) << "nobody is told that they left";
  EXPECT_FALSE(stream_.empty());
  EXPECT_EQ(stream_.SendAway(9), 1u);
  EXPECT_EQ(stream_.SendAway(9), 0u) << "each once";
  EXPECT_FALSE(stream_.empty()) << "its last word is not taken";
  Fill();
  EXPECT_TRUE(stream_.empty());
}

}  // namespace
}  // namespace signaling
