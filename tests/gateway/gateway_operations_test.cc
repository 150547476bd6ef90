// What the whole gateway says of itself to who runs it.
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/collector.h"
#include "gateway/gateway.h"
#include "prometheus/metric_family.h"
#include "prometheus/registry.h"
#include "tests/gateway/fake_service.h"
#include "tests/gateway/ws_client.h"

namespace signaling::gateway {
namespace {

class GatewayOperationsTest : public ::testing::Test {
 protected:
  // others: each with a comma before it.
  void Start(Config config = {}, const std::string& others = "") {
    config.service = service_.address() + others;
    config.port = 0;
    config.rate_limits.enabled = false;
    gateway_ = std::make_unique<Gateway>(config, registry_);
    ASSERT_TRUE(gateway_->Start().ok());
    WaitUntilReady(true);
  }

  template <class Condition>
  static void WaitFor(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "in vain";
      std::this_thread::yield();
    }
  }
  void WaitUntilReady(bool ready) {
    WaitFor([this, ready] { return gateway_->Ready().ok() == ready; });
  }
  // Of the collector.
  double Gauge(const std::string& name) const {
    for (const auto& family : GatewayCollector(*gateway_).Collect()) {
      if (family.name == name) return family.metric.at(0).gauge.value;
    }
    ADD_FAILURE() << "no " << name;
    return -1;
  }

  FakeService service_;
  prometheus::Registry registry_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayOperationsTest, SessionsAndLinksAreCounted) {
  Config config;
  config.max_connections = 3;
  config.io_threads = 2;
  Start(config);
  WaitFor([this] { return Gauge("signaling_links") == 2; });
  EXPECT_EQ(Gauge("signaling_max_connections"), 3);
  EXPECT_EQ(Gauge("signaling_sessions"), 0);
  {
    WsClient one(gateway_->port(), "/");
    WsClient two(gateway_->port(), "/");
    one.Receive();
    two.Receive();
    EXPECT_EQ(Gauge("signaling_sessions"), 2);
  }
  WaitFor([this] { return Gauge("signaling_sessions") == 0; });
  service_.set_refuses(true);
  service_.BreakStreams();
  WaitFor([this] { return Gauge("signaling_links") == 0; });
}

TEST_F(GatewayOperationsTest, EveryReplicaHasItsShareOfTheSessions) {
  const FakeService second;
  Config config;
  config.io_threads = 2;
  Start(config, "," + second.address());
  // Who is ready has a link for each of its two threads, not yet one to each replica.
  WaitFor([this] { return Gauge("signaling_links") == 4; });
  std::vector<std::unique_ptr<WsClient>> clients;
  while (service_.held() == 0 || second.held() == 0) {
    clients.push_back(std::make_unique<WsClient>(gateway_->port(), "/"));
    ASSERT_TRUE(clients.back()->Receive());
    ASSERT_LT(clients.size(), 8u) << "all are at one replica";
  }
}

TEST_F(GatewayOperationsTest, WhatWaitsForClientsThatDoNotReadIsCounted) {
  Start();
  WsClient client(gateway_->port(), "/");
  client.Receive();
  WaitFor([this] { return Gauge("signaling_send_queue_bytes") == 0; });
  // More than the kernel takes of a socket whose other side sleeps, and less than a gateway keeps beside that.
  constexpr int kEchoes = 18;
  service_.set_echoes(kEchoes);
  client.SendText(absl::StrCat(R"({"type":"message","data":")", std::string(10'000, 'x'), "\"}"));
  WaitFor([this] { return Gauge("signaling_send_queue_bytes") > 0; });
  for (int seq = 1; seq <= kEchoes; ++seq) ASSERT_TRUE(client.Receive()) << seq;
  WaitFor([this] { return Gauge("signaling_send_queue_bytes") == 0; });
}

TEST_F(GatewayOperationsTest, TheLogSaysWhenItIsReadyWhenNotAndHowItEnds) {
  ::testing::internal::CaptureStdout();
  Start();
  service_.set_refusal({grpc::StatusCode::PERMISSION_DENIED, "no grant"});
  service_.BreakStreams();
  WaitUntilReady(false);
  WaitFor([this] {
    return gateway_->Ready().message() == "the service refuses this gateway: no grant";
  });
  service_.set_refusal(grpc::Status::OK);
  WaitUntilReady(true);
  {
    WsClient client(gateway_->port(), "/");
    client.Receive();
    std::thread stop([this] { gateway_->Stop(); });
    while (client.Receive()) {
    }
    stop.join();
  }
  const std::string log = ::testing::internal::GetCapturedStdout();
  const auto count = [&log](std::string_view event) {
    const std::string text = absl::StrCat("\"event\":\"", std::string(event), "\"");
    int found = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("ready"), 2) << log;
  EXPECT_EQ(count("not_ready"), 1) << log;
  EXPECT_EQ(count("link_up"), 2) << log;
  EXPECT_EQ(count("link_down"), 1) << log;
  EXPECT_EQ(count("link_refused"), 1) << log;
  EXPECT_NE(log.find(R"("event":"drain_begins","sessions":1,"timeout_ms":25000})"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find(R"("event":"drain_ended","told":1,"late":0,"duration_ms":)"),
            std::string::npos)
      << log;
}

}  // namespace
}  // namespace signaling::gateway
