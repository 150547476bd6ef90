#include <grpcpp/generic/generic_stub.h>

#include "tests/signaling/rpc/service_fixture.h"

namespace signaling {
namespace {

using ServerTest = ServiceTest;

TEST_F(ServerTest, IsReadyAndHealthyUntilItShutsDown) {
  EXPECT_TRUE(server_->Ready().ok());
  EXPECT_TRUE(server_->Healthy().ok()) << server_->Healthy();
  server_->Shutdown(absl::Seconds(30));
  EXPECT_FALSE(server_->Ready().ok());
  EXPECT_TRUE(server_->Healthy().ok()) << "draining is no reason to be killed";
}

TEST_F(ServerTest, NamesABusyPort) {
  prometheus::Registry registry;
  auto second = Server::Start({.port = server_->port()},
                              {engine_, authenticator_, ice_servers_, clock_}, registry);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(std::to_string(server_->port())), std::string::npos)
      << second.status();
}

TEST_F(ServerTest, ShutdownEndsLiveStreamsWithUnavailable) {
  ConnectClient ann(channel_);
  ann.Open("ann");
  ann.Event();
  server_->Shutdown(absl::Seconds(30));
  EXPECT_EQ(ann.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(engine_.Stats().detached, 1u);
  EXPECT_EQ(server_->live_streams(), 0u);
}

// The two services that probes and tools rely on; their messages are built by hand, since Debian packages none.
grpc::Status CallUnary(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                       const std::string& request, std::string* answer) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(TestDeadline());
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer buffer(&slice, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, buffer, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (status.ok() && response.DumpToSingleSlice(&whole).ok()) {
    answer->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return status;
}

TEST_F(ServerTest, HealthIsServedUnderEveryName) {
  for (const std::string service :
       {"", "signaling.v1.SignalingService", "signaling.v1.RoomService", "liveness", "readiness"}) {
    std::string request;
    if (!service.empty())
      request = "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    std::string answer;
    const grpc::Status status =
        CallUnary(channel_, "/grpc.health.v1.Health/Check", request, &answer);
    EXPECT_TRUE(status.ok()) << service << ": " << status.error_message();
    EXPECT_EQ(answer, "\x08\x01") << service << " is SERVING";
  }
  std::string answer;
  EXPECT_EQ(CallUnary(channel_, "/grpc.health.v1.Health/Check", "\x0a\x01x", &answer).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace signaling
