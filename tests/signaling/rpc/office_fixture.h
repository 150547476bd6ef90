// A real server over a fake back office, with clients on real sockets.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "prometheus/registry.h"
#include "services/common/address.h"
#include "services/signaling/rpc/server.h"
#include "signaling/v1/rooms.grpc.pb.h"
#include "tests/signaling/rpc/details.h"
#include "tests/signaling/rpc/fake_office.h"

namespace signaling {

class OfficeTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kMaxEvents = 200;

  OfficeTest() {
    ServerOptions options;
    options.rate_limits.enabled = false;
    auto server =
        Server::Start(options, {engine_, authenticator_, ice_servers_, clock_}, registry_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = std::move(*server);
    // A connection a test, with a pool of its own.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = signaling::v1::RoomService::NewStub(grpc::CreateCustomChannel(
        HostPort("127.0.0.1", server_->port()), grpc::InsecureChannelCredentials(), arguments));
  }
  void TearDown() override {
    server_->Shutdown(absl::Seconds(30));
    EXPECT_EQ(server_->live_streams(), 0u);
    office().AwaitSinks(0);
  }

  FakeOffice& office() { return engine_.office(); }

  FakeEngine engine_{kMaxEvents};
  SystemClock clock_;
  OpenAuthenticator authenticator_;
  IceServers ice_servers_{IceServersOptions{}, clock_};
  prometheus::Registry registry_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<signaling::v1::RoomService::Stub> stub_;
};

}  // namespace signaling
