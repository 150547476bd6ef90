// Tokens through the whole gateway, with real sockets on both sides.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "gateway/gateway.h"
#include "prometheus/registry.h"
#include "tests/gateway/fake_service.h"
#include "tests/gateway/ws_client.h"

namespace signaling::gateway {
namespace {

std::string Field(const std::optional<boost::json::object>& message, const char* name) {
  if (!message) return "the connection ended";
  const auto* value = message->if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

class GatewayTokenTest : public ::testing::Test {
 protected:
  void Start(Config config = {}) {
    config.service = service_.address();
    config.port = 0;
    gateway_ = std::make_unique<Gateway>(config, registry_);
    ASSERT_TRUE(gateway_->Start().ok());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!gateway_->Ready().ok()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << gateway_->Ready();
      std::this_thread::yield();
    }
  }
  void TearDown() override { gateway_->Stop(); }

  std::uint16_t port() const { return gateway_->port(); }

  FakeService service_;
  prometheus::Registry registry_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayTokenTest, TheSubprotocolCarriesItAndIsNeverSelected) {
  Start();
  WsClient plain(port(), "/?client_id=a", "signaling.v1, bearer.e30.e30.c2ln");
  EXPECT_EQ(plain.subprotocol(), "signaling.v1");
  EXPECT_EQ(Field(plain.Receive(), "type"), "connected");
  EXPECT_EQ(service_.WaitForToken(), "e30.e30.c2ln");
  WsClient bare(port(), "/v1", "bearer.e31");
  EXPECT_EQ(bare.subprotocol(), "");
  bare.SendText(R"({"type":"hello"})");
  EXPECT_EQ(Field(bare.Receive(), "type"), "connected");
  EXPECT_EQ(service_.WaitForToken(), "e31");
}

TEST_F(GatewayTokenTest, HelloAndRefreshReachTheService) {
  Start();
  WsClient client(port(), "/v1");
  client.SendText(R"({"type":"hello","token":"first"})");
  EXPECT_EQ(Field(client.Receive(), "type"), "connected");
  EXPECT_EQ(service_.WaitForToken(), "first");
  client.SendText(R"({"type":"refresh","token":"second"})");
  EXPECT_EQ(service_.WaitForToken(), "second");
}

TEST_F(GatewayTokenTest, ATokenOfEightKibibytesFitsIntoTheHeader) {
  Start();
  const std::string token(8192, 'a');
  WsClient client(port(), "/", "signaling.v1, bearer." + token);
  EXPECT_EQ(Field(client.Receive(), "type"), "connected");
  EXPECT_EQ(service_.WaitForToken(), token);
}

TEST_F(GatewayTokenTest, ATokenInTheAddressIsRefusedAloud) {
  Start();
  WsClient client(port(), "/?token=e30");
  const auto error = client.Receive();
  EXPECT_EQ(Field(error, "code"), "unauthenticated");
  EXPECT_EQ(Field(error, "action"), "close");
  EXPECT_NE(Field(error, "message").find("address"), std::string::npos);
  EXPECT_FALSE(client.Receive());
  EXPECT_EQ(client.close_code(), 4501);
}

TEST_F(GatewayTokenTest, UnlessTheOperatorAllowsIt) {
  Config config;
  config.allow_query_token = true;
  Start(config);
  WsClient client(port(), "/?access_token=e30");
  EXPECT_EQ(Field(client.Receive(), "type"), "connected");
  EXPECT_EQ(service_.WaitForToken(), "e30");
}

}  // namespace
}  // namespace signaling::gateway
