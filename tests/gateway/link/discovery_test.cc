#include "gateway/link/discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signaling::gateway {
namespace {

using namespace std::chrono_literals;

class DiscoveryTest : public ::testing::Test {
 protected:
  void Run(ServiceTarget target) {
    discovery_.emplace(io_, std::move(target), [this](const std::vector<std::string>& found) {
      found_ = found;
      ++answers_;
    });
    discovery_->Start();
  }
  void RunUntilAnswers(int answers) {
    const Instant end = std::chrono::steady_clock::now() + 10s;
    while (answers_ < answers) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "no answer in time";
      io_.restart();
      io_.run_one_for(10ms);
    }
  }

  IoContext io_{1};
  std::optional<Discovery> discovery_;
  std::vector<std::string> found_;
  int answers_ = 0;
};

TEST_F(DiscoveryTest, WhatIsNamedIsThereAtOnce) {
  Run({.replicas = {"a:1", "b:2"}, .name = "", .port = ""});
  EXPECT_EQ(found_, (std::vector<std::string>{"a:1", "b:2"}));
  discovery_->Tick(std::chrono::steady_clock::now() + 1h);
  io_.run();
  EXPECT_EQ(answers_, 1);
}

TEST_F(DiscoveryTest, EveryAddressOfANameIsAReplica) {
  Run({.replicas = {}, .name = "localhost", .port = "50051"});
  RunUntilAnswers(1);
  ASSERT_FALSE(found_.empty());
  for (const std::string& one : found_) {
    EXPECT_TRUE(one == "ipv4:127.0.0.1:50051" || one == "ipv6:[::1]:50051") << one;
  }
}

TEST_F(DiscoveryTest, Ipv6LiteralsKeepTheirBrackets) {
  Run({.replicas = {}, .name = "::1", .port = "50051"});
  RunUntilAnswers(1);
  EXPECT_EQ(found_, std::vector<std::string>{"ipv6:[::1]:50051"});
}

TEST_F(DiscoveryTest, LooksAgainInTimeAndWhenAsked) {
  Run({.replicas = {}, .name = "127.0.0.1", .port = "1"});
  RunUntilAnswers(1);
  const Instant now = std::chrono::steady_clock::now();
  discovery_->Tick(now + 29s);
  discovery_->Tick(now + 30s);
  RunUntilAnswers(2);
  discovery_->Refresh();
  discovery_->Tick(std::chrono::steady_clock::now() + 2s);
  RunUntilAnswers(3);
  io_.restart();
  io_.run();
  EXPECT_EQ(answers_, 3);
}

TEST_F(DiscoveryTest, WhatIsUnknownIsAskedForAgainAndForgetsNothing) {
  Run({.replicas = {}, .name = "a..b", .port = "1"});
  io_.run();
  EXPECT_EQ(answers_, 0);
  discovery_->Tick(std::chrono::steady_clock::now() + 2s);
  io_.restart();
  EXPECT_GT(io_.run(), 0u) << "it does not look again";
}

TEST_F(DiscoveryTest, StoppedItTellsNothing) {
  Run({.replicas = {}, .name = "localhost", .port = "1"});
  discovery_->Stop();
  io_.run();
  EXPECT_EQ(answers_, 0);
}

// A name server that does not answer holds the resolver far longer than a drain may take.
TEST_F(DiscoveryTest, StoppedItWaitsForNoAnswer) {
  struct NameServer {
    std::promise<void> asked;
    std::promise<void> answer;
    std::promise<void> over;
  };
  const auto server = std::make_shared<NameServer>();
  discovery_.emplace(
      io_, ServiceTarget{.replicas = {}, .name = "localhost", .port = "1"},
      [this](const std::vector<std::string>&) { ++answers_; },
      [server](const std::string&, const std::string&, beast::error_code&) {
        server->asked.set_value();
        server->answer.get_future().wait();
        server->over.set_value_at_thread_exit();
        return Discovery::Addresses();
      });
  discovery_->Start();
  server->asked.get_future().wait();
  EXPECT_EQ(io_.run_for(1ms), 0u);
  EXPECT_FALSE(io_.stopped()) << "the loop waits for the answer";
  discovery_->Stop();
  io_.restart();
  io_.run_for(10s);
  EXPECT_TRUE(io_.stopped()) << "the loop waits for the name server";
  discovery_.reset();
  server->answer.set_value();
  server->over.get_future().wait();
  io_.restart();
  EXPECT_EQ(io_.run(), 0u);
  EXPECT_EQ(answers_, 0);
}

}  // namespace
}  // namespace signaling::gateway
