// The process dials itself: who answers is alive, and a listener that nobody serves is not, although its connections
// are taken by the kernel.
#include "services/signaling/rpc/self_check.h"

#include <arpa/inet.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/signaling/rpc/tls.h"
#include "services/signaling/rpc/tls_dial.h"
#include "tests/support/certificates.h"

namespace signaling {
namespace {

using Greeting = SelfCheck::Greeting;
using namespace std::chrono_literals;

// Takes no connection out of the kernel's queue.
class DeadListener {
 public:
  DeadListener() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(descriptor_, any, size), 0);
    EXPECT_EQ(listen(descriptor_, 16), 0);
    EXPECT_EQ(getsockname(descriptor_, any, &size), 0);
    target_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  ~DeadListener() { close(descriptor_); }

  const std::string& target() const { return target_; }

 private:
  const int descriptor_;
  std::string target_;
};

class LiveServer {
 public:
  explicit LiveServer(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }
  ~LiveServer() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
  }

  std::string target() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  grpc::CallbackGenericService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class SelfCheckTest : public ::testing::Test {
 protected:
  SelfCheckTest() : folder_(absl::StrCat(::testing::TempDir(), "self-check-", getpid(), "-")) {
    const TestCertificate own = ca_.Sign("IP:127.0.0.1");
    ReplaceFile(folder_ + "cert", own.certificate);
    ReplaceFile(folder_ + "key", own.key);
    ReplaceFile(folder_ + "ca", TestCa().certificate());
  }
  ~SelfCheckTest() override {
    for (const char* name : {"cert", "key", "ca"}) std::remove((folder_ + name).c_str());
  }

  std::unique_ptr<ServerTls> Tls(bool certificates_required) const {
    auto tls = ServerTls::Load({.cert_file = folder_ + "cert",
                                .key_file = folder_ + "key",
                                .client_ca_file = folder_ + "ca",
                                .certificates_required = certificates_required});
    EXPECT_TRUE(tls.ok()) << tls.status();
    return *std::move(tls);
  }

  // Of the first time that it dials; stopped before the second.
  static absl::Status Check(const std::string& target, Greeting greeting) {
    SelfCheck check(target, greeting);
    check.Stop();
    return check.status();
  }

  const TestCa ca_;
  const std::string folder_;
};

TEST_F(SelfCheckTest, AServerAnswers) {
  const LiveServer server(grpc::InsecureServerCredentials());
  EXPECT_TRUE(Check(server.target(), Greeting::kHttp2).ok());
}

TEST_F(SelfCheckTest, AServerThatAsksForACertificateAnswersWhoHasNone) {
  for (const bool required : {false, true}) {
    const auto tls = Tls(required);
    const LiveServer server(tls->credentials());
    EXPECT_TRUE(Check(server.target(), Greeting::kTls).ok()) << required;
    EXPECT_FALSE(Check(server.target(), Greeting::kHttp2).ok()) << "it was a plain one";
  }
}

TEST_F(SelfCheckTest, AListenerThatTakesNothingDoesNot) {
  const DeadListener dead;
  for (const Greeting greeting : {Greeting::kHttp2, Greeting::kTls}) {
    const absl::Status status = Check(dead.target(), greeting);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_NE(status.message().find(dead.target()), absl::string_view::npos) << status;
  }
}

TEST_F(SelfCheckTest, ADialInTlsEndsInTime) {
  const DeadListener dead;
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(DialTls(dead.target(), 100ms).ok());
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_GE(took, 100ms) << "it did not wait";
  EXPECT_LT(took, 10s);
}

TEST_F(SelfCheckTest, WhoSpeaksNoTlsIsNotHeard) {
  const LiveServer server(grpc::InsecureServerCredentials());
  EXPECT_FALSE(DialTls(server.target(), 10s).ok());
  EXPECT_FALSE(DialTls("127.0.0.1:1", 10s).ok()) << "nobody is there at all";
}

}  // namespace
}  // namespace signaling
