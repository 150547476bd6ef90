// The whole gateway in this process, with real sockets on both sides and a service that echoes.
#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "prometheus/registry.h"
#include "tests/gateway/fake_service.h"
#include "tests/gateway/ws_client.h"
#include "tests/support/kept_port.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

std::string Field(const std::optional<boost::json::object>& message, const char* name) {
  if (!message) return "the connection ended";
  const auto* value = message->if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

class GatewayTest : public ::testing::Test {
 protected:
  void Start(Config config = {}) {
    service_ = std::make_unique<FakeService>();
    config.service = service_->address();
    Run(config);
  }
  // Without limits: these are floods, all from here.
  void Run(Config config) {
    config.port = 0;
    config.rate_limits.enabled = false;
    gateway_ = std::make_unique<Gateway>(config, registry_);
    ASSERT_TRUE(gateway_->Start().ok());
    WaitUntilReady(true);
  }
  void TearDown() override {
    if (gateway_ == nullptr) return;
    gateway_->Stop();
    EXPECT_EQ(gateway_->admission().sessions(), 0u);
    EXPECT_EQ(gateway_->admission().sockets(), 0u);
  }

  void WaitUntilReady(bool ready) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (gateway_->Ready().ok() != ready) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << gateway_->Ready();
      std::this_thread::yield();
    }
  }
  std::uint16_t port() const { return gateway_->port(); }
  void ExpectEnd(WsClient& client, const std::string& code, std::uint16_t close_code) {
    const auto error = client.Receive();
    EXPECT_EQ(Field(error, "code"), code);
    EXPECT_FALSE(client.Receive());
    EXPECT_EQ(client.close_code(), close_code);
  }
  // Sends, with 40 messages on their way, while `disturb` is done again and again, until it has moved the session a few
  // times: each message comes back once, in order.
  template <class Disturb>
  void ExpectAllEchoedThrough(Disturb disturb) {
    constexpr int kOnTheirWay = 40;
    constexpr int kMoves = 3;
    WsClient client(port(), "/v1");
    client.SendText(R"({"type":"hello"})");
    ASSERT_EQ(Field(client.Receive(), "type"), "connected");
    int sent = 0;
    int received = 0;
    while (received < sent || service_->attached() < kMoves) {
      const bool more = service_->attached() < kMoves;
      while (more && sent < received + kOnTheirWay) {
        ++sent;
        client.SendText(absl::StrCat(R"({"type":"message","id":)", sent, R"(,"data":)", sent, "}"));
        if (sent % (2 * kOnTheirWay) == 0) disturb();
      }
      const auto message = client.Receive();
      ASSERT_TRUE(message) << received << ", closed with " << client.close_code();
      if (Field(message, "type") != "message") continue;
      ++received;
      ASSERT_EQ(message->at("data").as_int64(), received);
      ASSERT_EQ(message->at("seq").as_int64(), received);
      if (received % 32 == 0) {
        client.SendText(absl::StrCat(R"({"type":"ack","seq":)", received, "}"));
      }
    }
  }

  prometheus::Registry registry_;
  std::unique_ptr<FakeService> service_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayTest, PassesMessagesBothWays) {
  Start();
  WsClient client(port(), "/?client_id=robot");
  EXPECT_EQ(Field(client.Receive(), "client_id"), "robot");
  client.SendText(R"({"type":"message","data":"hello"})");
  const auto message = client.Receive();
  EXPECT_EQ(Field(message, "data"), "hello");
  EXPECT_EQ(message->at("seq").as_int64(), 1);
  client.Close(1000);
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_BYE);
}

TEST_F(GatewayTest, AnswersTheSubprotocolThatIsOffered) {
  Start();
  WsClient client(port(), "/v1", "other, signaling.v1");
  EXPECT_EQ(client.subprotocol(), "signaling.v1");
  WsClient without(port(), "/v1");
  EXPECT_EQ(without.subprotocol(), "");
}

TEST_F(GatewayTest, KeepsTheOrderOfManyMessagesOnAllWorkers) {
  Config config;
  config.io_threads = 3;
  Start(config);
  constexpr int kMessages = 500;
  std::vector<std::unique_ptr<WsClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<WsClient>(port(), "/v1"));
    clients.back()->SendText(R"({"type":"hello"})");
    EXPECT_EQ(Field(clients.back()->Receive(), "type"), "connected");
  }
  for (int i = 1; i <= kMessages; ++i) {
    for (auto& client : clients) {
      client->SendText(absl::StrCat(R"({"type":"message","id":)", i, R"(,"data":)", i, "}"));
    }
    // What the window holds has to be read before more is sent.
    if (i % 32 != 0 && i != kMessages) continue;
    for (auto& client : clients) {
      for (int j = (i - 1) / 32 * 32 + 1; j <= i; ++j) {
        const auto message = client->Receive();
        ASSERT_TRUE(message);
        ASSERT_EQ(message->at("data").as_int64(), j);
        ASSERT_EQ(message->at("ack").as_int64(), j);
      }
      client->SendText(absl::StrCat(R"({"type":"ack","seq":)", i, "}"));
    }
  }
}

TEST_F(GatewayTest, LargeMessagesArriveWhole) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  const std::string data(15'000, 'x');
  for (int i = 0; i < 5; ++i) {
    client.SendText(absl::StrCat(R"({"type":"message","data":")", data, "\"}"));
    EXPECT_EQ(Field(client.Receive(), "data"), data);
  }
}

TEST_F(GatewayTest, TellsWhyAMessageWasTooLarge) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  client.SendText(std::string(1 << 20, 'x'));
  ExpectEnd(client, "message_too_large", 1009);
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_FAULT);
}

TEST_F(GatewayTest, RefusesBinary) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  client.SendBinary("abc");
  ExpectEnd(client, "invalid_message", 1003);
}

TEST_F(GatewayTest, RefusesBadUtf8) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  client.SendText("\xff");
  EXPECT_FALSE(client.Receive());
  EXPECT_EQ(client.close_code(), 1007);
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_FAULT);
}

TEST_F(GatewayTest, WhoDoesNotReadIsClosedAndNobodyElseNotices) {
  Start();
  WsClient deaf(port(), "/");
  WsClient other(port(), "/");
  other.Receive();
  service_->set_echoes(1000);
  // More than both kernels' buffers hold.
  const std::string data(4'000, 'x');
  for (int i = 0; i < 8; ++i) {
    deaf.SendText(absl::StrCat(R"({"type":"message","data":")", data, "\"}"));
  }
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_BROKEN);
  service_->set_echoes(1);
  other.SendText(R"({"type":"message","data":"still here"})");
  EXPECT_EQ(Field(other.Receive(), "data"), "still here");
}

TEST_F(GatewayTest, ABurstForAClientThatReadsIsNoSlowness) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  service_->set_echoes(1000);
  client.SendText(R"({"type":"message","data":1})");
  for (int seq = 1; seq <= 1000; ++seq) {
    const auto message = client.Receive();
    ASSERT_TRUE(message) << seq;
    ASSERT_EQ(message->at("seq").as_int64(), seq);
  }
}

TEST_F(GatewayTest, AServiceThatHasForgottenItsSessionsEndsThem) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  const int service_port = service_->port();
  const KeptPort kept(service_port);
  service_.reset();
  WaitUntilReady(false);
  WsClient refused(port(), "/");
  ExpectEnd(refused, "unavailable", 1012);
  service_ = std::make_unique<FakeService>(service_port);
  WaitUntilReady(true);
  // Where it took long, a notice comes first.
  std::string last;
  while (const auto error = client.Receive()) last = Field(error, "code");
  EXPECT_EQ(last, "unavailable");
  EXPECT_EQ(client.close_code(), 1012);
  WsClient again(port(), "/");
  EXPECT_EQ(Field(again.Receive(), "type"), "connected");
}

TEST_F(GatewayTest, BrokenLinksLoseAndDoubleNothing) {
  Start();
  ExpectAllEchoedThrough([this] { service_->BreakStreams(); });
}

TEST_F(GatewayTest, LinksThatGoAwayLoseAndDoubleNothing) {
  Start();
  ExpectAllEchoedThrough([this] { service_->GoAway(absl::Seconds(30)); });
}

TEST_F(GatewayTest, AServiceIsFoundByItsName) {
  Config config;
  service_ = std::make_unique<FakeService>();
  config.service = absl::StrCat("dns:///localhost:", service_->port());
  Run(config);
  WsClient client(port(), "/");
  EXPECT_EQ(Field(client.Receive(), "type"), "connected");
}

TEST_F(GatewayTest, WhoIsRemovedIsToldWhy) {
  Start();
  WsClient kicked(port(), "/");
  kicked.Receive();
  kicked.SendText(R"({"type":"kick","client_id":"me","reason":"too loud"})");
  const auto removal = kicked.Receive();
  EXPECT_EQ(Field(removal, "type"), "kicked");
  EXPECT_EQ(Field(removal, "reason"), "too loud");
  ExpectEnd(kicked, "kicked", 4503);

  WsClient inside(port(), "/");
  inside.Receive();
  inside.SendText(R"({"type":"close_room"})");
  const auto closed = inside.Receive();
  EXPECT_EQ(Field(closed, "type"), "room_closed");
  EXPECT_FALSE(closed->contains("reason"));
  ExpectEnd(inside, "room_closed", 4505);
}

TEST_F(GatewayTest, RoundTripsAreMeasured) {
  Config config;
  config.timeout = absl::Seconds(9);
  Start(config);
  WsClient client(port(), "/");
  client.Receive();
  client.SendText(R"({"type":"message","data":1})");
  client.Receive();
  // It answers pings while it waits for a message.
  std::thread reading([&client] { client.Receive(); });
  const absl::Duration took = service_->WaitForRoundTrip();
  EXPECT_GT(took, absl::ZeroDuration());
  EXPECT_LT(took, config.timeout);
  gateway_->Stop();
  reading.join();
}

TEST_F(GatewayTest, StoppingTellsEverySession) {
  Start();
  WsClient client(port(), "/");
  client.Receive();
  WsClient waiting(port(), "/v1");
  std::thread stopping([this] { gateway_->Stop(); });
  ExpectEnd(waiting, "draining", 4000);
  EXPECT_EQ(Field(client.Receive(), "type"), "go_away");
  ExpectEnd(client, "draining", 4000);
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_BROKEN);
  stopping.join();
  EXPECT_FALSE(gateway_->Ready().ok());
}

TEST_F(GatewayTest, TheCapIsToldAndFreedWithItsSession) {
  Config config;
  config.max_connections = 1;
  Start(config);
  auto first = std::make_unique<WsClient>(port(), "/");
  first->Receive();
  WsClient second(port(), "/");
  ExpectEnd(second, "too_many_connections", 4005);
  first->Close(1000);
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_BYE);
  WsClient third(port(), "/");
  EXPECT_EQ(Field(third.Receive(), "type"), "connected");
}

TEST_F(GatewayTest, SilenceIsNotWaitedFor) {
  Config config;
  config.handshake_timeout = absl::Seconds(1);
  Start(config);
  EXPECT_EQ(RawExchange(port(), ""), "");
  EXPECT_EQ(RawExchange(port(), "GET / HTTP/1.1\r\n"), "");
  WsClient client(port(), "/v1");
  ExpectEnd(client, "hello_required", 4506);
}

TEST_F(GatewayTest, AnIdleClientIsClosed) {
  Config config;
  config.timeout = absl::Seconds(2);
  Start(config);
  WsClient client(port(), "/");
  client.Receive();
  // It answers no ping, as it does not read.
  EXPECT_EQ(service_->WaitForDetach(), v1::Detach::CAUSE_BROKEN);
  EXPECT_FALSE(client.Receive());
  EXPECT_EQ(client.close_code(), 4001);
}

TEST_F(GatewayTest, ServesPagesOnOneConnection) {
  Start();
  const std::string answers =
      RawExchange(port(),
                  "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                  "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
                  "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answers.rfind("HTTP/1.1 200 OK\r\n", 0), 0u);
  EXPECT_NE(answers.find("<!doctype html>"), std::string::npos);
  const auto missing = answers.find("HTTP/1.1 404 Not Found\r\n");
  ASSERT_NE(missing, std::string::npos);
  EXPECT_NE(answers.find("HTTP/1.1 200 OK\r\n", missing), std::string::npos);
}

TEST_F(GatewayTest, RefusesWhatIsNoRequest) {
  Start();
  EXPECT_EQ(RawExchange(port(), "nonsense\r\n\r\n").rfind("HTTP/1.1 400", 0), 0u);
  const std::string large = "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
  EXPECT_EQ(RawExchange(port(), large).rfind("HTTP/1.1 431", 0), 0u);
  const std::string upgrade =
      "HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\n";
  EXPECT_EQ(RawExchange(port(), "GET / " + upgrade + "\r\n").rfind("HTTP/1.1 400", 0), 0u);
  EXPECT_EQ(RawExchange(port(), "GET /nothing " + upgrade +
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .rfind("HTTP/1.1 404", 0),
            0u);
}

TEST_F(GatewayTest, ABusyPortIsAnError) {
  Start();
  Config config;
  config.port = port();
  prometheus::Registry registry;
  Gateway second(config, registry);
  EXPECT_FALSE(second.Start().ok());
}

}  // namespace
}  // namespace signaling::gateway
