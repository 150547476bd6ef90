#include <map>

#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// One link of a gateway.
class Link {
 public:
  explicit Link(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::SignalingService::NewStub(channel)) {
    context_.set_deadline(TestDeadline());
    stream_ = stub_->Multiplex(&context_);
  }

  v1::ServiceHello Hello() {
    v1::MultiplexRequest request;
    request.mutable_hello()->set_gateway_id("test");
    EXPECT_TRUE(stream_->Write(request));
    v1::MultiplexResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response.hello();
  }

  v1::UpFrame& Add(std::uint32_t slot) {
    v1::UpFrame* frame = up_.mutable_batch()->add_frames();
    frame->set_slot(slot);
    return *frame;
  }
  void AddOpen(std::uint32_t slot, const std::string& room, const std::string& client_id) {
    v1::Open* open = Add(slot).mutable_open();
    open->set_session_id(NewRandomId());
    open->set_path(room.empty() ? v1::SESSION_PATH_V1 : v1::SESSION_PATH_PLAIN);
    open->set_room(room);
    open->set_client_id(client_id);
  }
  bool Flush() {
    const bool written = stream_->Write(up_);
    up_.Clear();
    return written;
  }

  // The next frame with a body, acknowledging what is numbered.
  v1::DownFrame Event() {
    for (;;) {
      v1::DownFrame frame = Next();
      if (frame.slot() == 0 || frame.body_case() != v1::DownFrame::BODY_NOT_SET) return frame;
    }
  }
  // Returns when the service has handled everything sent so far, acknowledgements included. No event is on its way.
  void Sync(std::uint32_t slot, std::uint64_t id) {
    v1::UpFrame& frame = Add(slot);
    frame.set_after_id(id - 1);
    frame.set_id(id);
    frame.mutable_room()->mutable_update();
    ASSERT_TRUE(Flush());
    while (acked_[slot] < id) {
      ASSERT_EQ(Next().body_case(), v1::DownFrame::BODY_NOT_SET);
    }
  }

  grpc::Status Finish() {
    stream_->WritesDone();
    v1::MultiplexResponse rest;
    while (stream_->Read(&rest)) {
    }
    return stream_->Finish();
  }
  void Break() { context_.TryCancel(); }

 private:
  // Slot 0: the stream is over.
  v1::DownFrame Next() {
    while (next_ == down_.frames_size()) {
      next_ = 0;
      v1::MultiplexResponse response;
      if (!stream_->Read(&response)) {
        ADD_FAILURE() << "the stream is over";
        return {};
      }
      down_ = std::move(*response.mutable_batch());
    }
    const v1::DownFrame& frame = down_.frames(next_++);
    if (frame.ack_id() != 0) acked_[frame.slot()] = frame.ack_id();
    if (frame.seq() != 0) {
      Add(frame.slot()).set_ack_seq(frame.seq());
      if (up_.batch().frames_size() >= 64) Flush();
    }
    return frame;
  }

  std::unique_ptr<v1::SignalingService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::MultiplexRequest, v1::MultiplexResponse>> stream_;
  v1::MultiplexRequest up_;
  v1::DownBatch down_;
  int next_ = 0;
  std::map<std::uint32_t, std::uint64_t> acked_;
};

using MultiplexTest = ServiceTest;

TEST_F(MultiplexTest, GreetsOnceWithTheReplica) {
  Link link(channel_);
  const std::string replica = link.Hello().replica_id();
  EXPECT_FALSE(replica.empty());
  Link second(channel_);
  EXPECT_EQ(second.Hello().replica_id(), replica);
  EXPECT_TRUE(link.Finish().ok());
  EXPECT_TRUE(second.Finish().ok());
}

TEST_F(MultiplexTest, HelloHasToComeFirst) {
  Link link(channel_);
  link.AddOpen(1, "r", "ann");
  link.Flush();
  EXPECT_EQ(link.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(MultiplexTest, SessionsOfTwoGatewaysMeet) {
  Link a(channel_);
  Link b(channel_);
  a.Hello();
  b.Hello();
  a.AddOpen(1, "r", "ann");
  a.Flush();
  EXPECT_EQ(a.Event().opened().client_id(), "ann");
  b.AddOpen(1, "r", "bob");
  b.Flush();
  EXPECT_EQ(b.Event().opened().room().participants(0).client_id(), "ann");
  EXPECT_TRUE(a.Event().room().has_participant_joined());

  constexpr int kRounds = 20;
  constexpr int kRound = 100;  // far below what an outbox holds, whatever is slow
  int sent = 0;
  int received = 0;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (int i = 0; i < kRound; ++i) {
      v1::UpFrame& frame = b.Add(1);
      frame.set_after_id(static_cast<std::uint64_t>(sent));
      frame.set_id(static_cast<std::uint64_t>(++sent));
      frame.mutable_signal()->mutable_ice_candidate()->set_candidate(
          "candidate:" + std::to_string(sent) + " 1 udp 1 192.0.2.1 9 typ host");
      if (sent % 50 == 0) {
        ASSERT_TRUE(b.Flush());
      }
    }
    for (int i = 0; i < kRound; ++i) {
      ASSERT_EQ(a.Event().signal().ice_candidate().candidate(),
                "candidate:" + std::to_string(++received) + " 1 udp 1 192.0.2.1 9 typ host");
    }
    ASSERT_NO_FATAL_FAILURE(a.Sync(1, round));
  }
  b.Break();
  EXPECT_EQ(a.Event().room().participant_left().reason(), v1::LEAVE_REASON_TIMEOUT);
  b.Finish();
  a.Add(1).mutable_detach()->set_cause(v1::Detach::CAUSE_BYE);
  a.Flush();
  EXPECT_TRUE(a.Event().has_closed());
  EXPECT_TRUE(a.Finish().ok());
}

TEST_F(MultiplexTest, TwoThousandJoinsOverTwoLinksLeaveFiveIn) {
  constexpr std::uint32_t kSlots = 1000;
  Link a(channel_);
  Link b(channel_);
  const auto load = [](Link& link, const char* prefix, int* opened, int* full) {
    link.Hello();
    for (std::uint32_t slot = 1; slot <= kSlots; ++slot) {
      link.AddOpen(slot, "r", prefix + std::to_string(slot));
      if (slot % 100 == 0) {
        ASSERT_TRUE(link.Flush());
      }
    }
    while (*opened + *full < static_cast<int>(kSlots)) {
      const v1::DownFrame event = link.Event();
      if (event.has_opened()) ++*opened;
      if (event.has_closed()) {
        EXPECT_EQ(event.closed().error().reason(), v1::ERROR_REASON_ROOM_FULL);
        ++*full;
      }
    }
  };
  int opened[2] = {};
  int full[2] = {};
  std::thread other([&] { load(b, "b", &opened[1], &full[1]); });
  load(a, "a", &opened[0], &full[0]);
  other.join();
  EXPECT_EQ(opened[0] + opened[1], 5);
  EXPECT_EQ(full[0] + full[1], 1995);
  EXPECT_EQ(engine_.Stats().participants, 5u);
  EXPECT_TRUE(a.Finish().ok());
  EXPECT_TRUE(b.Finish().ok());
  AwaitSessions(0);
}

TEST_F(MultiplexTest, AnOpeningThatWaitsWhileTheLinkBreaksLeavesNothing) {
  Link a(channel_);
  a.Hello();
  a.AddOpen(1, "r", "ann");
  a.Flush();
  a.Event();
  Link b(channel_);
  b.Hello();
  b.AddOpen(1, "r", "ann");
  b.Flush();
  EXPECT_TRUE(a.Event().has_probe());
  b.Break();
  b.Finish();
  AwaitSessions(1);
  EXPECT_TRUE(a.Finish().ok());
}

TEST_F(MultiplexTest, ASilentSessionLosesItsClientIdAfterTwoSeconds) {
  Link a(channel_);
  a.Hello();
  a.AddOpen(1, "r", "ann");
  a.AddOpen(2, "r", "ann");
  a.Flush();
  EXPECT_TRUE(a.Event().has_opened());
  EXPECT_TRUE(a.Event().has_probe());
  const v1::DownFrame closed = a.Event();
  EXPECT_EQ(closed.slot(), 1u);
  EXPECT_EQ(closed.closed().error().reason(), v1::ERROR_REASON_SESSION_REPLACED);
  EXPECT_EQ(a.Event().opened().client_id(), "ann");
  EXPECT_TRUE(a.Finish().ok());
}

}  // namespace
}  // namespace signaling
