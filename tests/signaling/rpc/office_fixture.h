// A real server over a fake back office, with clients on real sockets.
#pragma once

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
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
#include "tests/signaling/rpc/fake_office.h"

namespace signaling {

// Those that grpc-status-details-bin has.
struct Details {
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
};

inline Details DetailsOf(const grpc::Status& status) {
  Details details;
  EXPECT_TRUE(details.status.ParseFromString(status.error_details()));
  for (const google::protobuf::Any& any : details.status.details()) {
    EXPECT_TRUE(any.UnpackTo(&details.info) || any.UnpackTo(&details.bad_request) ||
                any.UnpackTo(&details.retry))
        << any.type_url();
  }
  return details;
}

class OfficeTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kMaxEvents = 200;

  OfficeTest() {
    auto server = Server::Start({}, engine_, ice_servers_, registry_);
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
  IceServers ice_servers_{IceServersOptions{}, clock_};
  prometheus::Registry registry_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<signaling::v1::RoomService::Stub> stub_;
};

}  // namespace signaling
