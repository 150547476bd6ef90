#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "google/protobuf/unknown_field_set.h"
#include "tests/signaling/rpc/streams_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

using StreamSessionsTest = StreamsTest;

TEST_F(StreamSessionsTest, OpenedComesBeforeEveryEventOfItsSlot) {
  ASSERT_TRUE(Handle(OpenFrame(1, "ann")).ok());
  ASSERT_TRUE(Handle(OpenFrame(2, "bob")).ok());
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 3);
  EXPECT_TRUE(batch.frames(0).has_opened());
  EXPECT_TRUE(batch.frames(1).has_opened());
  EXPECT_EQ(batch.frames(2).slot(), 1u);
  EXPECT_TRUE(batch.frames(2).room().has_participant_joined());
}

TEST_F(StreamSessionsTest, AcknowledgementsRideOnEventsOrWaitForTheTick) {
  OpenTwo();
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1) << "the message to bob, and nothing for ann yet";
  EXPECT_EQ(batch.frames(0).slot(), 2u);
  ASSERT_TRUE(Handle(MessageFrame(2, 1)).ok());
  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).slot(), 1u);
  EXPECT_EQ(batch.frames(0).ack_id(), 1u) << "rides on bob's message";
  stream_.Tick();
  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).slot(), 2u);
  EXPECT_EQ(batch.frames(0).ack_id(), 1u);
  EXPECT_EQ(batch.frames(0).body_case(), v1::DownFrame::BODY_NOT_SET);
  stream_.Tick();
  EXPECT_EQ(Fill().frames_size(), 0) << "once";
}

TEST_F(StreamSessionsTest, WhatThisVersionDoesNotKnowIsNotPassedOn) {
  OpenTwo();
  const auto smuggle = [](google::protobuf::Message* message) {
    message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(900, "192.0.2.7");
  };
  constexpr char kSdp[] = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
  std::vector<v1::UpFrame> frames(6);
  smuggle(frames[0].mutable_app());
  frames[0].mutable_app()->set_data("1");
  frames[1].mutable_signal()->mutable_offer()->set_sdp(kSdp);
  smuggle(frames[1].mutable_signal()->mutable_offer());
  frames[2].mutable_signal()->mutable_answer()->set_sdp(kSdp);
  smuggle(frames[2].mutable_signal()->mutable_answer());
  smuggle(frames[3].mutable_signal()->mutable_ice_candidate());
  frames[4].mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_BUSY);
  smuggle(frames[4].mutable_signal()->mutable_reject());
  smuggle(frames[5].mutable_signal());
  frames[5].mutable_signal()->mutable_ice_candidate();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].set_slot(1);
    frames[i].set_id(i + 1);
    frames[i].set_after_id(i);
    ASSERT_TRUE(Handle(frames[i]).ok());
  }
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), static_cast<int>(frames.size()));
  EXPECT_EQ(batch.SerializeAsString().find("192.0.2.7"), std::string::npos);
}

TEST_F(StreamSessionsTest, ManyProcessedIdsAreAcknowledgedWithoutATick) {
  OpenTwo();
  for (std::uint64_t id = 1; id <= 16; ++id) ASSERT_TRUE(Handle(MessageFrame(1, id)).ok());
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 17);
  std::uint64_t acked = 0;
  for (const v1::DownFrame& frame : batch.frames()) {
    if (frame.slot() == 1) acked = frame.ack_id();
  }
  EXPECT_EQ(acked, 16u);
}

TEST_F(StreamSessionsTest, ADuplicateIsAcknowledgedAgain) {
  OpenTwo();
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  stream_.Tick();
  Fill();
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  stream_.Tick();
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).ack_id(), 1u);
}

TEST_F(StreamSessionsTest, WhatDoesNotFitComesWithTheNextBatch) {
  OpenTwo();
  for (std::uint64_t id = 1; id <= 10; ++id) ASSERT_TRUE(Handle(MessageFrame(1, id)).ok());
  EXPECT_EQ(Fill(4).frames_size(), 4);
  EXPECT_EQ(Fill(4).frames_size(), 4);
  const v1::DownBatch rest = Fill(4);
  ASSERT_EQ(rest.frames_size(), 2);
  EXPECT_EQ(rest.frames(1).seq(), 10u);
}

TEST_F(StreamSessionsTest, BadContentIsAVerdictNotAFault) {
  OpenTwo();
  v1::UpFrame frame;
  frame.set_slot(1);
  frame.set_id(1);
  frame.mutable_signal()->mutable_offer()->set_sdp("hello");
  ASSERT_TRUE(Handle(frame).ok());
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).error().reason(), v1::ERROR_REASON_INVALID_SDP);
  EXPECT_EQ(batch.frames(0).reply_to(), 1u);
}

TEST_F(StreamSessionsTest, ClosedIsTheLastFrameAndFreesTheSlot) {
  OpenTwo();
  v1::UpFrame detach;
  detach.set_slot(1);
  detach.mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
  ASSERT_TRUE(Handle(detach).ok());
  EXPECT_TRUE(Handle(MessageFrame(1, 1)).ok()) << "on its way when the session ended: ignored";
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(batch.frames(0).has_closed());
  EXPECT_EQ(batch.frames(1).slot(), 2u);
  EXPECT_TRUE(Handle(OpenFrame(1, "eve")).ok());
  EXPECT_TRUE(Fill().frames(0).has_opened());
}

TEST_F(StreamSessionsTest, RefusedOpeningsAreClosedAndBindNothing) {
  v1::UpFrame frame = OpenFrame(1, "ann");
  frame.mutable_open()->set_client_id("not valid");
  ASSERT_TRUE(Handle(frame).ok());
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).closed().error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_TRUE(Handle(OpenFrame(1, "ann")).ok());
}

TEST_F(StreamSessionsTest, ASlotIsFreeOnlyWhenItsClosedIsWritten) {
  v1::UpFrame open = OpenFrame(1, "ann");
  ASSERT_TRUE(Handle(open).ok());
  v1::UpFrame detach;
  detach.set_slot(1);
  detach.mutable_detach();
  ASSERT_TRUE(Handle(detach).ok());
  EXPECT_FALSE(Handle(open).ok()) << "the same session again";
  EXPECT_FALSE(Handle(OpenFrame(1, "bob")).ok());
  EXPECT_TRUE(Handle(OpenFrame(2, "not valid")).ok());
  EXPECT_FALSE(Handle(OpenFrame(2, "bob")).ok()) << "after a refusal that is not written";
  EXPECT_EQ(engine_.Stats().sessions, 0u);
  EXPECT_EQ(Fill().frames_size(), 3) << "opened and two closed";
  EXPECT_TRUE(Handle(OpenFrame(1, "ann")).ok());
}

TEST_F(StreamSessionsTest, ALiveSessionKeepsItsSlotWhateverIsOpenedOnItAgain) {
  v1::UpFrame open = OpenFrame(1, "ann");
  ASSERT_TRUE(Handle(open).ok());
  EXPECT_TRUE(Handle(open).ok()) << "the same opening again is the same session";
  open.mutable_open()->set_client_id("not valid");
  EXPECT_FALSE(Handle(open).ok());
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_TRUE(batch.frames(0).has_opened());
  stream_.DetachAll(DetachCause::kBye);
  EXPECT_EQ(engine_.Stats().sessions, 0u) << "nothing is left that nobody holds";
}

TEST_F(StreamSessionsTest, ABatchHoldsItsBoundsAlsoWhenManyOpen) {
  const std::string kilobytes(4000, 'm');
  for (std::uint32_t slot = 1; slot <= 400; ++slot) {
    v1::UpFrame frame = OpenFrame(slot, "c" + std::to_string(slot));
    frame.mutable_open()->set_room("r" + std::to_string(slot / 5));
    (*frame.mutable_open()->mutable_metadata())["m"] = kilobytes;
    ASSERT_TRUE(Handle(frame).ok());
  }
  int opened = 0;
  std::set<std::uint32_t> open;
  for (v1::DownBatch batch = Fill(); batch.frames_size() > 0; batch = Fill()) {
    EXPECT_LE(batch.ByteSizeLong(), 600u * 1024);
    for (const v1::DownFrame& frame : batch.frames()) {
      if (frame.has_opened()) {
        ++opened;
        open.insert(frame.slot());
      } else {
        EXPECT_TRUE(open.contains(frame.slot())) << "an event before its opened";
      }
    }
  }
  EXPECT_EQ(opened, 400);
}

TEST_F(StreamSessionsTest, BreachesOfTheContractEndTheStream) {
  OpenTwo();
  EXPECT_FALSE(Handle(OpenFrame(0, "x")).ok());
  EXPECT_FALSE(Handle(OpenFrame(1, "x")).ok()) << "the slot is in use";
  EXPECT_FALSE(Handle(MessageFrame(1, 0)).ok()) << "without id";
  v1::UpFrame bad_id = OpenFrame(3, "x");
  bad_id.mutable_open()->set_session_id("short");
  EXPECT_FALSE(Handle(bad_id).ok());
}

TEST_F(StreamSessionsTest, WhatIsMissingIsAskedForOnce) {
  OpenTwo();
  ASSERT_TRUE(Handle(MessageFrame(1, 1)).ok());
  Fill();
  EXPECT_TRUE(Handle(MessageFrame(1, 5)).ok());
  EXPECT_TRUE(Handle(MessageFrame(1, 6)).ok());
  ASSERT_TRUE(Handle(MessageFrame(1, 2)).ok());
  EXPECT_TRUE(Handle(MessageFrame(1, 7)).ok());
  v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 2)
      << "the message to bob, and one word for all that came too early";
  EXPECT_EQ(batch.frames(0).slot(), 1u);
  EXPECT_EQ(batch.frames(0).seq(), 0u);
  EXPECT_EQ(batch.frames(0).gap().last_id(), 2u) << "the newest";
  EXPECT_TRUE(batch.frames(1).has_app());
  EXPECT_TRUE(Handle(MessageFrame(1, 9)).ok());
  batch = Fill();
  ASSERT_EQ(batch.frames_size(), 1);
  EXPECT_EQ(batch.frames(0).gap().last_id(), 2u) << "said again when it is missing again";
}

TEST_F(StreamSessionsTest, FramesMayFollowAnOpeningThatWaits) {
  ASSERT_TRUE(Handle(OpenFrame(1, "ann")).ok());
  ASSERT_TRUE(Handle(OpenFrame(2, "ann")).ok());
  EXPECT_TRUE(Fill().frames(1).has_probe()) << "slot 2 waits for slot 1 to answer";
  EXPECT_TRUE(Handle(MessageFrame(2, 1)).ok());
  EXPECT_EQ(Fill().frames_size(), 0);
  v1::UpFrame detach;
  detach.set_slot(1);
  detach.mutable_detach();
  EXPECT_TRUE(Handle(detach).ok());
  stream_.Tick();
  const v1::DownBatch batch = Fill();
  ASSERT_EQ(batch.frames_size(), 3);
  EXPECT_TRUE(batch.frames(0).has_closed());
  EXPECT_TRUE(batch.frames(1).has_opened());
  EXPECT_EQ(batch.frames(2).ack_id(), 1u);
}

TEST_F(StreamSessionsTest, ReaderAndWriterMayBeDifferentThreads) {
  OpenTwo();
  constexpr std::uint64_t kMessages = 5000;
  std::atomic<std::uint64_t> arrived{0};
  std::thread writer([&] {
    std::uint64_t seq = 0;
    while (seq < kMessages) {
      const v1::DownBatch batch = Fill();
      for (const v1::DownFrame& frame : batch.frames()) {
        if (frame.slot() != 2 || frame.seq() == 0) continue;
        EXPECT_EQ(frame.seq(), ++seq);
        arrived.store(seq);
      }
      std::this_thread::yield();
    }
  });
  for (std::uint64_t id = 1; id <= kMessages; ++id) {
    while (id > arrived.load() + 200) std::this_thread::yield();
    v1::UpFrame ack;
    ack.set_slot(2);
    ack.set_ack_seq(arrived.load());
    ASSERT_TRUE(Handle(ack).ok());
    ASSERT_TRUE(Handle(MessageFrame(1, id)).ok());
  }
  writer.join();
}

}  // namespace
}  // namespace signaling
