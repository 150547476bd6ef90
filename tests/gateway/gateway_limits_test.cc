// An address whose authentications fail, through the whole gateway.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "gateway/gateway.h"
#include "prometheus/registry.h"
#include "tests/gateway/fake_service.h"
#include "tests/gateway/limited.h"
#include "tests/gateway/ws_client.h"

namespace signaling::gateway {
namespace {

class GatewayLimitsTest : public ::testing::Test {
 protected:
  void Start(const RateLimits& limits) {
    Config config;
    config.service = service_.address();
    config.port = 0;
    config.rate_limits = limits;
    gateway_ = std::make_unique<Gateway>(config, registry_);
    ASSERT_TRUE(gateway_->Start().ok());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!gateway_->Ready().ok()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << gateway_->Ready();
      std::this_thread::yield();
    }
  }
  void TearDown() override {
    gateway_->Stop();
    EXPECT_EQ(gateway_->admission().sockets(), 0U);
  }

  // The code of the error that ends it, after which the close code has to come; empty: it got in.
  std::string TryToGetIn(const std::string& path, std::uint16_t close_code) {
    WsClient client(gateway_->port(), path);
    if (path != "/") client.SendText(R"({"type":"hello","token":"e30.e30.c2ln"})");
    const auto message = client.Receive();
    if (!message || !message->contains("code")) return "";
    EXPECT_FALSE(client.Receive());
    EXPECT_EQ(client.close_code(), close_code);
    return std::string(message->at("code").as_string());
  }
  double Limited(const std::string& limit) const { return gateway::Limited(registry_, limit); }

  FakeService service_;
  prometheus::Registry registry_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayLimitsTest, AnAddressThatFailsTooOftenIsNotEvenAskedWhoItIs) {
  Start({.connection = 1'000'000});
  service_.set_knows_nobody(true);
  int refused = 0;
  // One is forgiven every 5 s, so some more may be let through on a slow machine.
  for (int i = 0; i < 30; ++i) {
    if (i < 10) {
      ASSERT_EQ(TryToGetIn(i % 2 == 0 ? "/" : "/v1", 4501), "unauthenticated") << i;
      continue;
    }
    service_.set_knows_nobody(false);
    if (TryToGetIn("/", 4004) == "rate_limited") ++refused;
  }
  EXPECT_GE(refused, 15);
  EXPECT_EQ(Limited("authentication"), refused);
  EXPECT_EQ(Limited("connection"), 0);
}

TEST_F(GatewayLimitsTest, OffLiftsThatToo) {
  Start({.enabled = false});
  service_.set_knows_nobody(true);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(TryToGetIn("/", 4501), "unauthenticated") << i;
  service_.set_knows_nobody(false);
  EXPECT_EQ(TryToGetIn("/", 4004), "");
  EXPECT_EQ(Limited("authentication"), 0);
}

}  // namespace
}  // namespace signaling::gateway
