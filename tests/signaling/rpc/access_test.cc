// Who may make which call, over real sockets. Certificates are in tests/integration.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/common/address.h"
#include "services/common/ids.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/call_log.h"
#include "services/signaling/rpc/server.h"
#include "signaling/v1/rooms.grpc.pb.h"
#include "signaling/v1/signaling.grpc.pb.h"
#include "tests/signaling/rpc/details.h"
#include "tests/support/fake_authenticator.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

int CountOf(std::string_view word, std::string_view text) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

class CallAccessTest : public ::testing::Test {
 protected:
  CallAccessTest() {
    tokens_.Know("admin", FakeAuthenticator::With("back", Grant::kAdmin));
    tokens_.Know("gateway", FakeAuthenticator::With("gate", Grant::kGateway));
    tokens_.Know("client", FakeAuthenticator::Client("ann"));
    Start(WithoutLimits());
  }
  ~CallAccessTest() override {
    tokens_.LetGo();
    server_->Shutdown(absl::Seconds(30));
    EXPECT_EQ(server_->live_streams(), 0u);
  }

  static ServerOptions WithoutLimits() {
    ServerOptions options;
    options.rate_limits.enabled = false;
    return options;
  }
  void Start(const ServerOptions& options) {
    if (server_ != nullptr) server_->Shutdown(absl::Seconds(30));
    registries_.push_back(std::make_unique<prometheus::Registry>());
    auto server =
        Server::Start(options, {engine_, tokens_, ice_servers_, clock_}, *registries_.back());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(HostPort("127.0.0.1", server_->port()),
                                         grpc::InsecureChannelCredentials(), arguments);
  }

  static std::unique_ptr<grpc::ClientContext> Call(const std::string& authorization) {
    auto call = std::make_unique<grpc::ClientContext>();
    call->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!authorization.empty()) call->AddMetadata("authorization", authorization);
    return call;
  }

  grpc::Status ListRooms(const std::string& authorization) {
    v1::ListRoomsResponse response;
    return v1::RoomService::NewStub(channel_)->ListRooms(Call(authorization).get(), {}, &response);
  }
  grpc::Status Watch(const std::string& authorization) {
    const auto call = Call(authorization);
    const auto stub = v1::RoomService::NewStub(channel_);
    const auto stream = stub->WatchEvents(call.get(), {});
    v1::WatchEventsResponse response;
    if (stream->Read(&response)) call->TryCancel();
    return stream->Finish();
  }
  // OK: it was greeted.
  grpc::Status Multiplex(const std::string& authorization, v1::ServiceHello* hello = nullptr) {
    const auto call = Call(authorization);
    const auto stub = v1::SignalingService::NewStub(channel_);
    const auto stream = stub->Multiplex(call.get());
    v1::MultiplexRequest request;
    request.mutable_hello();
    stream->Write(request);
    v1::MultiplexResponse response;
    if (stream->Read(&response) && hello != nullptr) *hello = response.hello();
    stream->WritesDone();
    while (stream->Read(&response)) continue;
    return stream->Finish();
  }
  // The frame that answers open.
  v1::DownFrame Connect(const std::string& authorization, const std::string& token,
                        grpc::Status* status) {
    const auto call = Call(authorization);
    const auto stub = v1::SignalingService::NewStub(channel_);
    const auto stream = stub->Connect(call.get());
    v1::ConnectRequest request;
    request.mutable_frame()->mutable_open()->set_session_id(NewRandomId());
    request.mutable_frame()->mutable_open()->set_path(v1::SESSION_PATH_V1);
    request.mutable_frame()->mutable_open()->set_token(token);
    stream->Write(request);
    v1::ConnectResponse response;
    v1::ConnectResponse later;
    stream->Read(&response);
    stream->WritesDone();
    while (stream->Read(&later)) continue;
    *status = stream->Finish();
    return response.frame();
  }

  static std::string ReasonOf(const grpc::Status& status) {
    return status.ok() ? "" : DetailsOf(status).info.reason();
  }

  SystemClock clock_;
  MemoryEngine engine_{EngineOptions{}, clock_};
  IceServers ice_servers_{IceServersOptions{}, clock_};
  FakeAuthenticator tokens_;
  std::vector<std::unique_ptr<prometheus::Registry>> registries_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(CallAccessTest, RoomServiceIsForBackEnds) {
  const auto list = [this](const std::string& who) { return ListRooms(who); };
  const auto watch = [this](const std::string& who) { return Watch(who); };
  for (const std::function<grpc::Status(const std::string&)>& call :
       {std::function<grpc::Status(const std::string&)>(list), {watch}}) {
    for (const char* nobody : {"", "Bearer forged", "admin", "Basic admin", "Bearer"}) {
      const grpc::Status status = call(nobody);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << nobody;
      EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
      EXPECT_EQ(DetailsOf(status).info.domain(), "signaling.v1");
    }
    for (const char* other : {"Bearer client", "Bearer gateway"}) {
      const grpc::Status status = call(other);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << other;
      EXPECT_EQ(ReasonOf(status), "PERMISSION_DENIED");
    }
  }
  EXPECT_TRUE(ListRooms("Bearer admin").ok());
  EXPECT_TRUE(ListRooms("bearer admin").ok()) << "the scheme's case says nothing (RFC 7235)";
  EXPECT_EQ(Watch("Bearer admin").error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(CallAccessTest, MultiplexIsForGateways) {
  EXPECT_EQ(ReasonOf(Multiplex("")), "UNAUTHENTICATED");
  EXPECT_EQ(ReasonOf(Multiplex("Bearer client")), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Multiplex("Bearer admin")), "PERMISSION_DENIED");
  v1::ServiceHello hello;
  EXPECT_TRUE(Multiplex("Bearer gateway", &hello).ok());
  EXPECT_TRUE(hello.authenticates());
}

TEST_F(CallAccessTest, ConnectIsForClients) {
  grpc::Status status;
  EXPECT_EQ(Connect("", "", &status).closed().error().reason(), v1::ERROR_REASON_UNAUTHENTICATED);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Connect("", "client", &status).opened().client_id(), "ann");
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(Connect("Bearer client", "", &status).opened().client_id(), "ann");
  EXPECT_EQ(Connect("Bearer client", "forged", &status).closed().error().reason(),
            v1::ERROR_REASON_UNAUTHENTICATED)
      << "the one in open comes first";
}

TEST_F(CallAccessTest, WhatWaitsForAKeyIsAnsweredThenOrCancelled) {
  // The time of the hasty one is for its call.
  ASSERT_TRUE(
      channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(30)));
  tokens_.KeepBack();
  std::atomic<bool> over = false;
  std::thread patient([&] { EXPECT_TRUE(ListRooms("Bearer admin").ok()); });
  std::thread gateway([&] { EXPECT_TRUE(Multiplex("Bearer gateway").ok()); });
  std::thread hasty([&] {
    const auto call = Call("Bearer admin");
    call->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
    v1::ListRoomsResponse response;
    const auto stub = v1::RoomService::NewStub(channel_);
    EXPECT_EQ(stub->ListRooms(call.get(), {}, &response).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
    over = true;
  });
  std::thread leaving([&] {
    const auto call = Call("Bearer gateway");
    const auto stub = v1::SignalingService::NewStub(channel_);
    const auto stream = stub->Multiplex(call.get());
    while (tokens_.kept() < 4 && !over) std::this_thread::yield();
    call->TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  });
  hasty.join();
  leaving.join();
  tokens_.LetGo();
  patient.join();
  gateway.join();
}

TEST_F(CallAccessTest, AGatewaysStreamEndsWithItsToken) {
  Identity brief = FakeAuthenticator::With("gate", Grant::kGateway);
  brief.expires = clock_.Now() + absl::Seconds(6);
  tokens_.Know("brief", brief);
  const auto call = Call("Bearer brief");
  const auto stub = v1::SignalingService::NewStub(channel_);
  const auto stream = stub->Multiplex(call.get());
  v1::MultiplexRequest request;
  request.mutable_hello();
  stream->Write(request);
  v1::MultiplexResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_go_away()) << "it is told before";
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(CallAccessTest, FailuresSlowAnAddressDown) {
  Start({});
  for (int i = 0; i < RateLimits().authentication; ++i) {
    EXPECT_EQ(ReasonOf(ListRooms("Bearer forged")), "UNAUTHENTICATED");
  }
  const grpc::Status status = ListRooms("Bearer admin");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
  const google::protobuf::Duration delay = DetailsOf(status).retry.retry_delay();
  EXPECT_GT(absl::Seconds(delay.seconds()) + absl::Nanoseconds(delay.nanos()),
            absl::ZeroDuration());
  grpc::Status connect;
  Connect("", "client", &connect);
  EXPECT_EQ(ReasonOf(connect), "RATE_LIMITED");

  Start(WithoutLimits());
  for (int i = 0; i < 3 * RateLimits().authentication; ++i) ListRooms("Bearer forged");
  EXPECT_TRUE(ListRooms("Bearer admin").ok());
}

TEST_F(CallAccessTest, ARefreshThatIsRefusedIsAFailureToo) {
  Start({});
  const auto call = Call("Bearer client");
  const auto stub = v1::SignalingService::NewStub(channel_);
  const auto stream = stub->Connect(call.get());
  v1::ConnectRequest request;
  request.mutable_frame()->mutable_open()->set_session_id(NewRandomId());
  request.mutable_frame()->mutable_open()->set_path(v1::SESSION_PATH_V1);
  stream->Write(request);
  v1::ConnectResponse response;
  ASSERT_TRUE(stream->Read(&response));
  for (int i = 0; i < RateLimits().authentication; ++i) {
    request.mutable_frame()->mutable_refresh()->set_token("forged");
    stream->Write(request);
    ASSERT_TRUE(stream->Read(&response));
    ASSERT_EQ(response.frame().error().reason(), v1::ERROR_REASON_UNAUTHENTICATED);
  }
  EXPECT_EQ(ReasonOf(ListRooms("Bearer admin")), "RATE_LIMITED");
  stream->WritesDone();
  while (stream->Read(&response)) continue;
  EXPECT_TRUE(stream->Finish().ok()) << "who is here stays";
}

TEST_F(CallAccessTest, WhoIsSlowedDownDoesNotFillTheLog) {
  Start({});
  ::testing::internal::CaptureStdout();
  for (int i = 0; i < 3 * RateLimits().authentication; ++i) Multiplex("Bearer forged");
  const std::string log = ::testing::internal::GetCapturedStdout();
  const int lines = CountOf("gateway_refused", log);
  EXPECT_GE(lines, RateLimits().authentication);
  EXPECT_LT(lines, 2 * RateLimits().authentication) << log;
}

TEST_F(CallAccessTest, WhoMayNotBeAGatewayDoesNotFillTheLogEither) {
  constexpr int kCalls = 5 * static_cast<int>(CallLog::kRefused.burst);
  ::testing::internal::CaptureStdout();
  for (int i = 0; i < kCalls; ++i) {
    EXPECT_EQ(Multiplex("Bearer client").error_code(), grpc::StatusCode::PERMISSION_DENIED);
  }
  const std::string log = ::testing::internal::GetCapturedStdout();
  const int lines = CountOf("gateway_refused", log);
  EXPECT_GE(lines, CallLog::kRefused.burst);
  EXPECT_LT(lines, kCalls) << log;
}

TEST_F(CallAccessTest, CallsAreLimitedByCallerAndCostTheEngineNothing) {
  Start({});
  tokens_.Know("other", FakeAuthenticator::With("other", Grant::kAdmin));
  int refused = 0;
  for (int i = 0; i < 40 * RateLimits().call && refused == 0; ++i) {
    const grpc::Status status = ListRooms("Bearer admin");
    if (status.ok()) continue;
    ++refused;
    EXPECT_EQ(ReasonOf(status), "RATE_LIMITED");
  }
  EXPECT_EQ(refused, 1);
  EXPECT_TRUE(ListRooms("Bearer other").ok()) << "another back end at the same address";
}

}  // namespace
}  // namespace signaling
