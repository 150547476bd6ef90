// TLS to the service: whom the gateway believes, what it shows, and how new files come into use.
#include "gateway/link/service_access.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "tests/gateway/link/link_fixture.h"
#include "tests/support/certificates.h"

namespace signaling::gateway {
namespace {

using ::testing::HasSubstr;

// The files of the gateway, and what the service is made of.
class Files {
 protected:
  Files() {
    Write("ca", own_.certificate());
    Write("cert", gateway_.certificate);
    Write("key", gateway_.key);
  }
  ~Files() {
    for (const char* name : {"ca", "cert", "key"}) std::remove(Path(name).c_str());
  }

  static std::string Path(const std::string& name) {
    return absl::StrCat(::testing::TempDir(), "service-access-", getpid(), "-", name);
  }
  static void Write(const std::string& name, const std::string& content) {
    ReplaceFile(Path(name), content);
  }
  static ServiceAccess::Options Options(const std::string& name) {
    return {
        .ca_file = Path("ca"), .cert_file = Path("cert"), .key_file = Path("key"), .name = name};
  }
  // Asks for a certificate of `clients`.
  static std::shared_ptr<grpc::ServerCredentials> Server(const TestCertificate& server,
                                                         const TestCa& clients) {
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = clients.certificate();
    options.pem_key_cert_pairs.push_back({server.key, server.certificate});
    return grpc::SslServerCredentials(options);
  }

  const TestCa own_;
  const TestCa clients_;
  const TestCa stranger_;
  const TestCertificate gateway_ = clients_.Sign("DNS:signaling-gateway");
};

class ServiceAccessTest : public Files, public LinkSetTest {
 protected:
  explicit ServiceAccessTest(const std::string& name = "") : LinkSetTest(Options(name)) {}
};

TEST_F(ServiceAccessTest, BothSidesShowWhoTheyAre) {
  FakeService service(0, Server(own_.Sign("IP:127.0.0.1"), clients_));
  Connect({&service});
  AddPeers(2);
  ExpectEchoes();
}

TEST_F(ServiceAccessTest, AServiceOfAnotherCaOrNameIsNotBelieved) {
  FakeService strange(0, Server(stranger_.Sign("IP:127.0.0.1"), clients_));
  FakeService misnamed(0, Server(own_.Sign("DNS:signaling-service"), clients_));
  FakeService plain;
  for (const FakeService* service : {&strange, &misnamed, &plain}) {
    links_.SetReplicas({service->address()});
    RunUntil([this] { return !links_.trouble().empty(); });
    EXPECT_THAT(links_.trouble(), HasSubstr("the signaling service cannot be reached: "));
    EXPECT_EQ(service->attempts(), 0);
    links_.SetReplicas({});
  }
}

TEST_F(ServiceAccessTest, WhoShowsTheWrongCertificateCanShowAnotherWithoutARestart) {
  FakeService service(0, Server(own_.Sign("IP:127.0.0.1"), stranger_));
  links_.SetReplicas({service.address()});
  RunUntil([this] { return !links_.trouble().empty(); });
  EXPECT_THAT(links_.trouble(), HasSubstr("it may not take this gateway's certificate"));
  EXPECT_FALSE(links_.ready());
  const TestCertificate next = stranger_.Sign("DNS:signaling-gateway");
  Write("cert", next.certificate);
  Write("key", next.key);
  RunUntilReady(true);
}

TEST_F(ServiceAccessTest, NewFilesCountForTheNextStreamAndTheOldOneStays) {
  FakeService service(0, Server(own_.Sign("IP:127.0.0.1"), clients_));
  FakeService next(0, Server(stranger_.Sign("IP:127.0.0.1"), stranger_));
  Connect({&service});
  AddPeers(2);
  const TestCertificate renewed = stranger_.Sign("DNS:signaling-gateway");
  Write("ca", own_.certificate() + stranger_.certificate());
  Write("cert", renewed.certificate);
  Write("key", renewed.key);
  links_.SetReplicas({service.address(), next.address()});
  RunUntil([&] {
    AddPeers(1);
    return next.held() > 0;
  });
  ExpectEchoes();
  EXPECT_TRUE(All([](const Peer& peer) { return peer.breaks == 0; }));
}

TEST_F(ServiceAccessTest, HalfOfAPairChangesNothing) {
  const auto before = access_.credentials();
  const TestCertificate renewed = stranger_.Sign("DNS:signaling-gateway");
  ::testing::internal::CaptureStdout();
  Write("cert", renewed.certificate);
  // The watcher looks at the CA first: what it makes of that, it had before it saw the half.
  Write("ca", stranger_.certificate());
  RunUntil([&] { return access_.credentials() != before; });
  const auto with_ca = access_.credentials();
  // It looks again each second, and says what is wrong once.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);
  RunUntil([end] { return std::chrono::steady_clock::now() > end; });
  EXPECT_EQ(access_.credentials(), with_ca);
  Write("key", renewed.key);
  RunUntil([&] { return access_.credentials() != with_ca; });
  const std::string log = ::testing::internal::GetCapturedStdout();
  const std::size_t said = log.find("tls_not_renewed");
  ASSERT_NE(said, std::string::npos) << log;
  EXPECT_EQ(log.find("tls_not_renewed", said + 1), std::string::npos) << log;
}

class NamedServiceTest : public ServiceAccessTest {
 protected:
  NamedServiceTest() : ServiceAccessTest("signaling.internal") {}
};

// As the replicas of a name, which are dialled by their addresses.
TEST_F(NamedServiceTest, TheCertificateIsForTheNameWhateverIsDialled) {
  FakeService service(0, Server(own_.Sign("DNS:signaling.internal"), clients_));
  FakeService by_address(0, Server(own_.Sign("IP:127.0.0.1"), clients_));
  links_.SetReplicas(
      {absl::StrCat("ipv4:", service.address()), absl::StrCat("ipv4:", by_address.address())});
  RunUntilReady(true);
  AddPeers(2);
  EXPECT_EQ(service.held(), 2u);
  RunUntil([this] { return !links_.trouble().empty(); });
  EXPECT_EQ(by_address.attempts(), 0);
}

class ServiceAccessFilesTest : public Files, public ::testing::Test {};

TEST_F(ServiceAccessFilesTest, WhatCannotBeUsedAtTheStartIsNamed) {
  const auto message = [](const ServiceAccess::Options& options) {
    return std::string(ServiceAccess(options).Load().message());
  };
  EXPECT_EQ(message(Options("")), "");
  Write("key", own_.Sign("DNS:a").key);
  EXPECT_THAT(message(Options("")), HasSubstr("--service_cert, --service_key: " + Path("key")));
  Write("ca", "");
  EXPECT_EQ(message(Options("")), "--service_ca: " + Path("ca") + ": is empty");
  EXPECT_EQ(message({.token_file = Path("ca")}),
            "--service_token_file: " + Path("ca") + ": holds no secret");
  Write("ca", "one\ntwo");
  EXPECT_EQ(message({.token_file = Path("ca")}),
            "--service_token_file: " + Path("ca") + ": holds more than one token");
}

}  // namespace
}  // namespace signaling::gateway
