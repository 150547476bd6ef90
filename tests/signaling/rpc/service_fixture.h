// A real server on a port of its own, with clients on real sockets.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "prometheus/registry.h"
#include "services/common/address.h"
#include "services/common/ids.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/server.h"
#include "signaling/v1/signaling.grpc.pb.h"
#include "tests/support/fake_clock.h"

namespace signaling {

inline constexpr char kTestSdp[] = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

// Long enough for a loaded machine; a test that needs it has failed.
inline std::chrono::system_clock::time_point TestDeadline() {
  return std::chrono::system_clock::now() + std::chrono::seconds(30);
}

// One Connect stream.
class ConnectClient {
 public:
  explicit ConnectClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(signaling::v1::SignalingService::NewStub(channel)) {
    context_.set_deadline(TestDeadline());
    stream_ = stub_->Connect(&context_);
  }

  bool Send(const signaling::v1::UpFrame& frame) {
    signaling::v1::ConnectRequest request;
    *request.mutable_frame() = frame;
    return stream_->Write(request);
  }
  void Open(const std::string& client_id) {
    signaling::v1::UpFrame frame;
    frame.mutable_open()->set_session_id(NewRandomId());
    frame.mutable_open()->set_path(signaling::v1::SESSION_PATH_V1);
    frame.mutable_open()->set_client_id(client_id);
    ASSERT_TRUE(Send(frame));
  }
  // Goes on with a session of which everything up to `last_seq` has arrived.
  void Resume(const signaling::v1::Opened& session, std::uint64_t last_seq) {
    signaling::v1::UpFrame frame;
    frame.mutable_open()->set_session_id(NewRandomId());
    frame.mutable_open()->set_path(signaling::v1::SESSION_PATH_V1);
    frame.mutable_open()->mutable_resume()->set_session_id(session.session_id());
    frame.mutable_open()->mutable_resume()->set_token(session.resume_token());
    frame.mutable_open()->mutable_resume()->set_last_seq(last_seq);
    ASSERT_TRUE(Send(frame));
  }
  // Numbers the frame.
  bool SendNumbered(signaling::v1::UpFrame frame) {
    frame.set_after_id(last_id_);
    frame.set_id(++last_id_);
    return Send(frame);
  }
  bool Join(const std::string& room) {
    signaling::v1::UpFrame frame;
    frame.mutable_room()->mutable_join()->set_room(room);
    return SendNumbered(frame);
  }
  // Nothing: the stream is over.
  std::optional<signaling::v1::DownFrame> Read() {
    signaling::v1::ConnectResponse response;
    if (!stream_->Read(&response)) return std::nullopt;
    return std::move(*response.mutable_frame());
  }
  // Skips what is only an acknowledgement.
  signaling::v1::DownFrame Event() {
    for (;;) {
      const auto frame = Read();
      if (!frame) {
        ADD_FAILURE() << "the stream is over";
        return {};
      }
      if (frame->body_case() != signaling::v1::DownFrame::BODY_NOT_SET) return *frame;
    }
  }
  void HalfClose() { stream_->WritesDone(); }
  void Cancel() { context_.TryCancel(); }
  grpc::Status Finish() {
    signaling::v1::ConnectResponse rest;
    while (stream_->Read(&rest)) {
    }
    return stream_->Finish();
  }

 private:
  std::unique_ptr<signaling::v1::SignalingService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<signaling::v1::ConnectRequest, signaling::v1::ConnectResponse>>
      stream_;
  std::uint64_t last_id_ = 0;
};

class ServiceTest : public ::testing::Test {
 protected:
  explicit ServiceTest(const ServerOptions& options = {}) {
    auto server =
        Server::Start(options, {engine_, authenticator_, ice_servers_, clock_}, registry_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = std::move(*server);
    channel_ = NewChannel();
  }
  void TearDown() override {
    if (server_ != nullptr) {
      server_->Shutdown(absl::Seconds(30));
      EXPECT_EQ(server_->live_streams(), 0u);
    }
    // Of sessions that nobody holds any more.
    clock_.Advance(absl::Hours(1));
    engine_.Expire();
    EXPECT_EQ(engine_.Stats().sessions, 0u);
  }

  // With connections of its own.
  std::shared_ptr<grpc::Channel> NewChannel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(HostPort("127.0.0.1", server_->port()),
                                     grpc::InsecureChannelCredentials(), arguments);
  }

  // Waits until the engine holds that many sessions: ends reach it a moment after a client saw them.
  void AwaitSessions(std::size_t count) {
    Await([&] { return engine_.Stats().sessions == count; });
  }
  // ... of which nobody holds the connection.
  void AwaitDetached(std::size_t count) {
    Await([&] { return engine_.Stats().detached == count; });
  }

 public:
  static void Await(const std::function<bool()>& condition) {
    const auto deadline = TestDeadline();
    while (!condition()) {
      ASSERT_LT(std::chrono::system_clock::now(), deadline);
      std::this_thread::yield();
    }
  }

 protected:
  FakeClock clock_;  // the engine's; the streams' own times are real
  MemoryEngine engine_{EngineOptions{}, clock_};
  OpenAuthenticator authenticator_;
  IceServers ice_servers_{IceServersOptions{}, clock_};
  prometheus::Registry registry_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace signaling
