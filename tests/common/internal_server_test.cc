#include "services/common/internal_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <vector>

#include "prometheus/counter.h"
#include "prometheus/registry.h"

namespace signaling {
namespace {

using boost::asio::ip::tcp;

std::string Exchange(std::uint16_t port, const std::string& request) {
  boost::asio::io_context io;
  tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
  boost::asio::write(socket, boost::asio::buffer(request));
  std::string answer;
  boost::system::error_code ec;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ec);
  return answer;
}

std::string Get(std::uint16_t port, const std::string& path) {
  return Exchange(port, "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
}

class InternalServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = InternalServer::Start(
        {.address = "127.0.0.1",
         .port = 0,
         .healthy = [] { return absl::OkStatus(); },
         .ready =
             [this] { return ready_ ? absl::OkStatus() : absl::UnavailableError("draining"); }},
        {registry_});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = std::move(*server);
  }

  std::atomic<bool> ready_{true};
  std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  std::unique_ptr<InternalServer> server_;
};

TEST_F(InternalServerTest, ServesMetrics) {
  prometheus::BuildCounter()
      .Name("signaling_test_total")
      .Help("A test.")
      .Register(*registry_)
      .Add({})
      .Increment();
  const std::string answer = Get(server_->port(), "/metrics");
  EXPECT_NE(answer.find("200 OK"), std::string::npos) << answer;
  EXPECT_NE(answer.find("signaling_test_total 1"), std::string::npos) << answer;
}

TEST_F(InternalServerTest, ReadinessSaysWhyNot) {
  EXPECT_NE(Get(server_->port(), "/readyz").find("200 OK"), std::string::npos);
  ready_ = false;
  const std::string answer = Get(server_->port(), "/readyz?verbose");
  EXPECT_NE(answer.find("503"), std::string::npos) << answer;
  EXPECT_NE(answer.find("draining"), std::string::npos) << answer;
  EXPECT_NE(Get(server_->port(), "/healthz").find("200 OK"), std::string::npos);
}

TEST_F(InternalServerTest, ReadinessIsAMetric) {
  EXPECT_NE(Get(server_->port(), "/metrics").find("\nsignaling_ready 1\n"), std::string::npos);
  ready_ = false;
  EXPECT_NE(Get(server_->port(), "/metrics").find("\nsignaling_ready 0\n"), std::string::npos);
}

TEST_F(InternalServerTest, RefusesOtherPathsMethodsAndNoise) {
  EXPECT_NE(Get(server_->port(), "/").find("404"), std::string::npos);
  EXPECT_NE(
      Exchange(
          server_->port(),
          "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
          .find("405"),
      std::string::npos);
  EXPECT_EQ(Exchange(server_->port(), "\x16\x03\x01 noise\r\n\r\n"), "");
  EXPECT_NE(Get(server_->port(), "/healthz").find("200 OK"), std::string::npos);
}

TEST_F(InternalServerTest, WhoReadsNothingIsInNobodysWay) {
  auto& family =
      prometheus::BuildCounter().Name("signaling_test_total").Help("A test.").Register(*registry_);
  for (int i = 0; i < 1000; ++i) family.Add({{"label", std::to_string(i)}});
  boost::asio::io_context io;
  tcp::socket deaf(io);
  deaf.connect({boost::asio::ip::make_address("127.0.0.1"), server_->port()});
  deaf.non_blocking(true);
  // More answers than the kernel keeps: the server cannot go on with it.
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
  boost::system::error_code ec;
  for (int i = 0; i < 2000 && !ec; ++i) deaf.write_some(boost::asio::buffer(request), ec);
  for (int i = 0; i < 20; ++i) {
    EXPECT_NE(Get(server_->port(), "/healthz").find("200 OK"), std::string::npos);
  }
}

TEST_F(InternalServerTest, AHeadHasNoBodyAndRequestsMayFollowAtOnce) {
  const std::string head = "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string answer =
      Exchange(server_->port(),
               head + head + "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t answers = 0;
  for (std::size_t at = answer.find("200 OK"); at != std::string::npos;
       at = answer.find("200 OK", at + 1)) {
    ++answers;
  }
  EXPECT_EQ(answers, 3U) << answer;
  EXPECT_EQ(answer.find("ok\n"), answer.size() - 3) << answer;
}

TEST_F(InternalServerTest, HasABoundOnConnectionsAndTheOldestMakeRoom) {
  boost::asio::io_context io;
  std::vector<tcp::socket> idle;
  for (int i = 0; i < 100; ++i) {
    idle.emplace_back(io).connect({boost::asio::ip::make_address("127.0.0.1"), server_->port()});
  }
  EXPECT_NE(Get(server_->port(), "/healthz").find("200 OK"), std::string::npos);
  // Of those before it, all but 31 have been closed.
  for (int i = 0; i < 69; ++i) {
    char byte = 0;
    boost::system::error_code ec;
    idle[static_cast<std::size_t>(i)].read_some(boost::asio::buffer(&byte, 1), ec);
    EXPECT_TRUE(ec) << i;
  }
  idle.back().non_blocking(true);
  char byte = 0;
  boost::system::error_code ec;
  idle.back().read_some(boost::asio::buffer(&byte, 1), ec);
  EXPECT_EQ(ec, boost::asio::error::would_block);
}

TEST_F(InternalServerTest, NamesABusyPort) {
  auto second = InternalServer::Start({.address = "127.0.0.1",
                                       .port = server_->port(),
                                       .healthy = [] { return absl::OkStatus(); },
                                       .ready = [] { return absl::OkStatus(); }},
                                      {registry_});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find(std::to_string(server_->port())), std::string::npos);
}

}  // namespace
}  // namespace signaling
