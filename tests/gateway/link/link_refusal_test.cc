// A service that does not want this gateway, and one that this gateway does not want.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/gateway/link/link_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/kept_port.h"

namespace signaling::gateway {
namespace {

using ::testing::HasSubstr;

using LinkRefusalTest = LinkSetTest;

int Count(const std::string& text, const std::string& what) {
  int found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

TEST_F(LinkRefusalTest, IsSaidInWordsOnceForEachReason) {
  FakeService service;
  service.set_refusal({grpc::StatusCode::UNAUTHENTICATED, "the token has expired"});
  EXPECT_EQ(links_.trouble(), "");
  ::testing::internal::CaptureStdout();
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.attempts() >= 3; });
  RunUntil([this] { return !links_.trouble().empty(); });
  EXPECT_EQ(links_.trouble(), "the service refuses this gateway: the token has expired");
  service.set_refusal({grpc::StatusCode::PERMISSION_DENIED, "no grant"});
  RunUntil([this] { return links_.trouble() == "the service refuses this gateway: no grant"; });
  const int attempts = service.attempts();
  RunUntil([&] { return service.attempts() >= attempts + 2; });
  service.set_refusal(grpc::Status::OK);
  RunUntilReady(true);
  EXPECT_EQ(links_.trouble(), "");
  const std::string log = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(Count(log, "\"link_refused\""), 2) << log;
  EXPECT_EQ(Count(log, "\"the token has expired\""), 1) << log;
  EXPECT_EQ(Count(log, "\"link_down\""), 0) << log;
}

TEST_F(LinkRefusalTest, OfOneReplicaLeavesTheOthers) {
  FakeService one;
  FakeService two;
  one.set_refusal({grpc::StatusCode::PERMISSION_DENIED, "no grant"});
  links_.SetReplicas({one.address(), two.address()});
  RunUntil([&one] { return one.attempts() >= 2; });
  RunUntilReady(true);
  AddPeers(2);
  EXPECT_EQ(two.held(), 2u);
}

TEST_F(LinkRefusalTest, WeighsMoreThanAServiceThatIsGone) {
  FakeService one;
  one.set_refusal({grpc::StatusCode::PERMISSION_DENIED, "no grant"});
  auto two = std::make_unique<FakeService>();
  const std::string gone = two->address();
  const KeptPort kept(two->port());
  two.reset();
  links_.SetReplicas({gone});
  RunUntil([this] { return !links_.trouble().empty(); });
  EXPECT_THAT(links_.trouble(), HasSubstr("cannot be reached"));
  links_.SetReplicas({gone, one.address()});
  RunUntil([this] { return links_.trouble() == "the service refuses this gateway: no grant"; });
}

TEST_F(LinkRefusalTest, AnOpenServiceIsGoodEnoughForAGatewayThatIsNotPublic) {
  FakeService service;
  Connect({&service});
  EXPECT_TRUE(links_.ready());
}

TEST_F(LinkRefusalTest, AServiceThatIsGoneIsSaidOnceForEachReason) {
  auto service = std::make_unique<FakeService>();
  const std::string gone = service->address();
  const KeptPort kept(service->port());
  service.reset();
  ::testing::internal::CaptureStdout();
  links_.SetReplicas({gone});
  RunUntil([this] { return downs_ >= 3; });
  const std::string log = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(Count(log, "\"link_down\""), 1) << log;
  EXPECT_EQ(Count(log, "\"up_ms\""), 0) << "it was never up: " << log;
}

class PublicGatewayTest : public LinkSetTest {
 protected:
  PublicGatewayTest() : LinkSetTest({}, true) {}
};

TEST_F(PublicGatewayTest, GivesAnOpenServiceNoSessions) {
  FakeService service;
  ::testing::internal::CaptureStdout();
  links_.SetReplicas({service.address()});
  RunUntil([&service] { return service.attempts() >= 3; });
  EXPECT_FALSE(links_.ready());
  EXPECT_EQ(links_.Pick(), nullptr);
  EXPECT_THAT(links_.trouble(), HasSubstr("the service runs open"));
  EXPECT_EQ(Count(::testing::internal::GetCapturedStdout(), "\"link_refused\""), 1);
  service.set_authenticates(true);
  RunUntilReady(true);
  AddPeers(1);
  ExpectEchoes();
}

class TokenTest : public LinkSetTest {
 protected:
  TokenTest() : LinkSetTest({.token_file = Write("first\n")}) {}
  ~TokenTest() override { std::remove(Path().c_str()); }

  static std::string Path() {
    return absl::StrCat(::testing::TempDir(), "service-token-", getpid());
  }
  static std::string Write(const std::string& content) {
    ReplaceFile(Path(), content);
    return Path();
  }
};

TEST_F(TokenTest, IsReadAnewForEachStream) {
  FakeService service;
  Connect({&service});
  EXPECT_EQ(service.authorization(), "Bearer first");
  AddPeers(1);
  Write("second");
  service.GoAway(absl::Seconds(30));
  RunUntil([this] { return peers_[0]->moves + peers_[0]->breaks == 1; });
  EXPECT_EQ(service.authorization(), "Bearer second");
  ExpectEchoes();
}

TEST_F(TokenTest, ThatCannotBeReadIsARefusal) {
  FakeService service;
  Connect({&service});
  AddPeers(1);
  for (const char* content : {"", "two\ntokens\n"}) {
    ::testing::internal::CaptureStdout();
    Write(content);
    const int attempts = service.attempts();
    service.BreakStreams();
    RunUntil([this] { return links_.trouble().find("--service_token_file") != std::string::npos; });
    EXPECT_THAT(links_.trouble(), HasSubstr(Path()));
    // Several times: each look at the file comes after at most 200, 400, 800 ms.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    RunUntil([end] { return std::chrono::steady_clock::now() > end; });
    EXPECT_EQ(service.attempts(), attempts) << "a stream without a token";
    Write("third");
    RunUntilReady(true);
    EXPECT_EQ(service.authorization(), "Bearer third");
    EXPECT_EQ(Count(::testing::internal::GetCapturedStdout(), "\"link_refused\""), 1);
    ExpectEchoes();
  }
}

}  // namespace
}  // namespace signaling::gateway
