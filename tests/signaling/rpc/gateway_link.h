// A gateway's end of Multiplex.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {

// One link of a gateway.
class Link {
 public:
  explicit Link(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(signaling::v1::SignalingService::NewStub(channel)) {
    context_.set_deadline(TestDeadline());
    stream_ = stub_->Multiplex(&context_);
  }

  signaling::v1::ServiceHello Hello() {
    signaling::v1::MultiplexRequest request;
    request.mutable_hello()->set_gateway_id("test");
    EXPECT_TRUE(stream_->Write(request));
    signaling::v1::MultiplexResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response.hello();
  }

  signaling::v1::UpFrame& Add(std::uint32_t slot) {
    signaling::v1::UpFrame* frame = up_.mutable_batch()->add_frames();
    frame->set_slot(slot);
    return *frame;
  }
  void AddOpen(std::uint32_t slot, const std::string& room, const std::string& client_id) {
    signaling::v1::Open* open = Add(slot).mutable_open();
    open->set_session_id(NewRandomId());
    open->set_path(room.empty() ? signaling::v1::SESSION_PATH_V1
                                : signaling::v1::SESSION_PATH_PLAIN);
    open->set_room(room);
    open->set_client_id(client_id);
  }
  bool Flush() {
    const bool written = stream_->Write(up_);
    up_.Clear();
    return written;
  }

  // The next frame with a body, acknowledging what is numbered.
  signaling::v1::DownFrame Event() {
    for (;;) {
      signaling::v1::DownFrame frame = Next();
      if (frame.slot() == 0 || frame.body_case() != signaling::v1::DownFrame::BODY_NOT_SET)
        return frame;
    }
  }
  // Returns when the service has handled everything sent so far, acknowledgements included. No event is on its way.
  void Sync(std::uint32_t slot, std::uint64_t id) {
    signaling::v1::UpFrame& frame = Add(slot);
    frame.set_after_id(id - 1);
    frame.set_id(id);
    frame.mutable_room()->mutable_update();
    ASSERT_TRUE(Flush());
    while (acked_[slot] < id) {
      ASSERT_EQ(Next().body_case(), signaling::v1::DownFrame::BODY_NOT_SET);
    }
  }

  grpc::Status Finish() {
    stream_->WritesDone();
    return AwaitEnd();
  }
  // ... which the service brings.
  grpc::Status AwaitEnd() {
    signaling::v1::MultiplexResponse rest;
    while (stream_->Read(&rest)) {
    }
    return stream_->Finish();
  }
  void Break() { context_.TryCancel(); }

  void AddAttach(std::uint32_t slot, const signaling::v1::Opened& session,
                 std::uint64_t received_seq) {
    signaling::v1::Attach* attach = Add(slot).mutable_attach();
    attach->set_session_id(session.session_id());
    attach->set_epoch(session.epoch());
    attach->set_received_seq(received_seq);
    static std::uint32_t attempt = 0;  // of any session
    attach->set_attempt(++attempt);
  }
  // Reads until the service says that the stream is going to end.
  signaling::v1::GoAway AwaitGoAway() {
    while (!go_away_) {
      signaling::v1::MultiplexResponse response;
      if (!stream_->Read(&response)) {
        ADD_FAILURE() << "the stream is over";
        return {};
      }
      EXPECT_FALSE(response.has_batch()) << response.ShortDebugString();
      if (response.has_go_away()) go_away_ = response.go_away();
    }
    return *go_away_;
  }

 private:
  // Slot 0: the stream is over.
  signaling::v1::DownFrame Next() {
    while (next_ == down_.frames_size()) {
      next_ = 0;
      signaling::v1::MultiplexResponse response;
      if (!stream_->Read(&response)) {
        ADD_FAILURE() << "the stream is over";
        return {};
      }
      if (response.has_go_away()) go_away_ = response.go_away();
      down_ = std::move(*response.mutable_batch());
    }
    const signaling::v1::DownFrame& frame = down_.frames(next_++);
    if (frame.ack_id() != 0) acked_[frame.slot()] = frame.ack_id();
    if (frame.seq() != 0) {
      Add(frame.slot()).set_ack_seq(frame.seq());
      if (up_.batch().frames_size() >= 64) Flush();
    }
    return frame;
  }

  std::unique_ptr<signaling::v1::SignalingService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<signaling::v1::MultiplexRequest, signaling::v1::MultiplexResponse>>
      stream_;
  signaling::v1::MultiplexRequest up_;
  signaling::v1::DownBatch down_;
  int next_ = 0;
  std::map<std::uint32_t, std::uint64_t> acked_;
  std::optional<signaling::v1::GoAway> go_away_;
};

}  // namespace signaling
