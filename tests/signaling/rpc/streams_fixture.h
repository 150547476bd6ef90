// Streams without gRPC over the engine in memory, whose clock a test moves.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "prometheus/registry.h"
#include "services/common/ids.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/stream_sessions.h"
#include "tests/support/fake_clock.h"

namespace signaling {

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() {
    stream_.set_stream(owner_);
    other_.set_stream(owner_);
  }
  ~StreamsTest() override {
    stream_.DetachAll(DetachCause::kBye);
    other_.DetachAll(DetachCause::kBye);
    // Of sessions that nobody holds any more.
    clock_.Advance(absl::Hours(1));
    engine_.Expire();
    EXPECT_EQ(engine_.Stats().sessions, 0u);
  }

  static signaling::v1::UpFrame OpenFrame(std::uint32_t slot, const std::string& client_id) {
    signaling::v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_open()->set_session_id(NewRandomId());
    frame.mutable_open()->set_path(signaling::v1::SESSION_PATH_PLAIN);
    frame.mutable_open()->set_room("r");
    frame.mutable_open()->set_client_id(client_id);
    return frame;
  }
  // For a session that is no more in the room than it was.
  static signaling::v1::UpFrame ResumeFrame(std::uint32_t slot, const signaling::v1::Opened& opened,
                                            std::uint64_t last_seq) {
    signaling::v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_open()->set_session_id(NewRandomId());
    frame.mutable_open()->set_path(signaling::v1::SESSION_PATH_V1);
    frame.mutable_open()->mutable_resume()->set_session_id(opened.session_id());
    frame.mutable_open()->mutable_resume()->set_token(opened.resume_token());
    frame.mutable_open()->mutable_resume()->set_last_seq(last_seq);
    return frame;
  }
  static signaling::v1::UpFrame AttachFrame(std::uint32_t slot, const signaling::v1::Opened& opened,
                                            std::uint64_t received_seq, std::uint64_t acked_seq) {
    signaling::v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_attach()->set_session_id(opened.session_id());
    frame.mutable_attach()->set_epoch(opened.epoch());
    frame.mutable_attach()->set_received_seq(received_seq);
    frame.mutable_attach()->set_acked_seq(acked_seq);
    static std::uint32_t attempt = 0;  // of any session
    frame.mutable_attach()->set_attempt(++attempt);
    return frame;
  }
  static signaling::v1::UpFrame MessageFrame(std::uint32_t slot, std::uint64_t id,
                                             const std::string& json = "1") {
    signaling::v1::UpFrame frame;
    frame.set_slot(slot);
    frame.set_id(id);
    frame.set_after_id(id - 1);
    frame.mutable_app()->set_data(json);
    return frame;
  }
  static signaling::v1::UpFrame DetachFrame(std::uint32_t slot,
                                            signaling::v1::Detach::Cause cause) {
    signaling::v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_detach()->set_cause(cause);
    return frame;
  }
  static absl::Status HandleOn(StreamSessions& stream, signaling::v1::UpFrame frame) {
    return stream.Handle(&frame);
  }
  static signaling::v1::DownBatch FillOf(StreamSessions& stream, std::size_t max_frames = 1024) {
    signaling::v1::DownBatch batch;
    stream.Fill(max_frames, &batch);
    return batch;
  }
  absl::Status Handle(signaling::v1::UpFrame frame) { return HandleOn(stream_, std::move(frame)); }
  signaling::v1::DownBatch Fill(std::size_t max_frames = 1024) {
    return FillOf(stream_, max_frames);
  }
  // Sessions in slots 1 and 2, in one room.
  void OpenTwo() {
    ASSERT_TRUE(Handle(OpenFrame(1, "ann")).ok());
    ASSERT_TRUE(Handle(OpenFrame(2, "bob")).ok());
    const signaling::v1::DownBatch batch = Fill();
    ann_ = batch.frames(0).opened();
    bob_ = batch.frames(1).opened();
  }

  FakeClock clock_;
  MemoryEngine engine_{EngineOptions{}, clock_};
  FlushQueue queue_;
  prometheus::Registry registry_;
  Probe probe_{registry_};
  IceServers ice_servers_{IceServersOptions{}, clock_};
  OpenAuthenticator authenticator_;
  const SessionsContext context_{engine_, authenticator_, ice_servers_, clock_, {}, queue_, probe_};
  // Who has to be alive for a late answer.
  struct Nobody final : Flushable {
    void Flush() override {}
  };
  const std::shared_ptr<Flushable> owner_ = std::make_shared<Nobody>();
  StreamSessions stream_{context_};
  StreamSessions other_{context_};
  signaling::v1::Opened ann_;
  signaling::v1::Opened bob_;
};

}  // namespace signaling
