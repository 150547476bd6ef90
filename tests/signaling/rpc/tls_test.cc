// TLS of a gRPC port, without the service behind it: what is served here only says who has called.
#include "services/signaling/rpc/tls.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/common/mutex.h"
#include "tests/support/certificates.h"

namespace signaling {
namespace {

// Ends every call, and remembers the names of who made the last one.
class Doorman final : public grpc::CallbackGenericService {
 public:
  std::vector<std::string> names() const {
    MutexLock lock(mu_);
    return names_;
  }

 private:
  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    Call() { Finish(grpc::Status::OK); }
    void OnDone() override { delete this; }
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    MutexLock lock(mu_);
    names_ = PeerNames(*context->auth_context());
    return new Call;
  }

  mutable Mutex mu_;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mu_);
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    Write("cert", server_.certificate);
    Write("key", server_.key);
    Write("ca", clients_.certificate());
  }
  ~TlsTest() override {
    if (grpc_server_) grpc_server_->Shutdown(std::chrono::system_clock::now());
    for (const char* name : {"cert", "key", "ca"}) std::remove(Path(name).c_str());
  }

  static std::string Path(const std::string& name) {
    return absl::StrCat(::testing::TempDir(), "tls-", getpid(), "-", name);
  }
  static void Write(const std::string& name, const std::string& content) {
    ReplaceFile(Path(name), content);
  }

  enum class Ask { kNobody, kWhoHasOne, kEverybody };

  static absl::StatusOr<std::unique_ptr<ServerTls>> Load(Ask ask) {
    return ServerTls::Load({.cert_file = Path("cert"),
                            .key_file = Path("key"),
                            .client_ca_file = ask == Ask::kNobody ? "" : Path("ca"),
                            .certificates_required = ask == Ask::kEverybody});
  }

  void Serve(Ask ask) {
    auto tls = Load(ask);
    ASSERT_TRUE(tls.ok()) << tls.status();
    tls_ = *std::move(tls);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", tls_->credentials(), &port_);
    builder.RegisterCallbackGenericService(&doorman_);
    grpc_server_ = builder.BuildAndStart();
    ASSERT_NE(grpc_server_, nullptr);
  }

  // A call on a new connection.
  grpc::Status Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    grpc::GenericStub stub(
        grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), credentials, arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, "/a/Call", grpc::ByteBuffer(), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }
  bool CanCall(const TestCa& trusted, const TestCertificate& shown = {}) const {
    const grpc::Status status =
        Call(grpc::SslCredentials({trusted.certificate(), shown.key, shown.certificate}));
    // A stream without a message is no answer to a unary call, but one of the service's.
    const bool answered = status.error_code() != grpc::StatusCode::UNAVAILABLE;
    EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
    return answered;
  }
  // Calls until one goes through.
  bool CanCallInTime(const TestCa& trusted, const TestCertificate& shown = {}) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
      if (CanCall(trusted, shown)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  std::string NamesOf(const std::string& names, const std::string& common_name) {
    EXPECT_TRUE(CanCall(own_, clients_.Sign(names, common_name)));
    return absl::StrJoin(doorman_.names(), " ");
  }

  const TestCa own_;
  const TestCa clients_;
  const TestCa stranger_;
  const TestCertificate server_ = own_.Sign("IP:127.0.0.1");
  const TestCertificate gateway_ = clients_.Sign("DNS:gateway");
  Doorman doorman_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<grpc::Server> grpc_server_;
  int port_ = 0;
};

TEST_F(TlsTest, WithoutACaNobodyIsAskedForACertificate) {
  Serve(Ask::kNobody);
  EXPECT_TRUE(CanCall(own_));
  EXPECT_TRUE(CanCall(own_, gateway_));
  EXPECT_TRUE(doorman_.names().empty()) << "nobody has verified it";
  EXPECT_FALSE(CanCall(stranger_)) << "the client has to know the server";
  EXPECT_EQ(Call(grpc::InsecureChannelCredentials()).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, WhereTheyAreRequiredNobodyElseIsLetIn) {
  Serve(Ask::kEverybody);
  EXPECT_TRUE(CanCall(own_, gateway_));
  EXPECT_EQ(doorman_.names(), std::vector<std::string>{"gateway"});
  EXPECT_FALSE(CanCall(own_));
  EXPECT_FALSE(CanCall(own_, stranger_.Sign("DNS:gateway")));
  EXPECT_FALSE(CanCall(own_, own_.Sign("DNS:gateway"))) << "the server's CA is another matter";
}

TEST_F(TlsTest, WhereTheyAreOptionalTheyAreVerifiedAllTheSame) {
  Serve(Ask::kWhoHasOne);
  EXPECT_TRUE(CanCall(own_, gateway_));
  EXPECT_EQ(doorman_.names(), std::vector<std::string>{"gateway"});
  EXPECT_TRUE(CanCall(own_));
  EXPECT_TRUE(doorman_.names().empty());
  EXPECT_FALSE(CanCall(own_, stranger_.Sign("DNS:gateway")));
}

TEST_F(TlsTest, APeerIsCalledByItsUriAndDnsNamesElseByItsCommonName) {
  Serve(Ask::kEverybody);
  EXPECT_EQ(NamesOf("URI:spiffe://example.org/gateway,DNS:a.example,DNS:b.example", "admin"),
            "spiffe://example.org/gateway a.example b.example");
  EXPECT_EQ(NamesOf("", "gateway"), "gateway");
  EXPECT_EQ(NamesOf("IP:192.0.2.1", "gateway"), "") << "it has names, if none that count";
  EXPECT_EQ(NamesOf("email:gateway@example.org", "gateway"), "");
}

TEST_F(TlsTest, NewFilesAreUsedForNewConnections) {
  Serve(Ask::kEverybody);
  ASSERT_TRUE(CanCall(own_, gateway_));
  const TestCertificate next = stranger_.Sign("IP:127.0.0.1");
  Write("key", next.key);
  Write("cert", next.certificate);
  EXPECT_TRUE(CanCallInTime(stranger_, gateway_));
  EXPECT_FALSE(CanCall(own_, gateway_));
  Write("ca", stranger_.certificate());
  EXPECT_TRUE(CanCallInTime(stranger_, stranger_.Sign("DNS:gateway")));
  EXPECT_FALSE(CanCall(stranger_, gateway_));
}

TEST_F(TlsTest, HalfOfAPairChangesNothing) {
  Serve(Ask::kEverybody);
  const TestCertificate next = stranger_.Sign("IP:127.0.0.1");
  Write("cert", next.certificate);
  // The watcher looks at the files in their order: when the other CA counts, it has seen the half.
  Write("ca", clients_.certificate() + stranger_.certificate());
  EXPECT_TRUE(CanCallInTime(own_, stranger_.Sign("DNS:gateway")));
  EXPECT_TRUE(CanCall(own_, gateway_));
  Write("key", next.key);
  EXPECT_TRUE(CanCallInTime(stranger_, gateway_));
}

TEST_F(TlsTest, WhatIsNoCertificateChangesNothing) {
  Serve(Ask::kEverybody);
  Write("ca", "nonsense");
  std::remove(Path("cert").c_str());
  const TestCertificate next = stranger_.Sign("IP:127.0.0.1");
  // Taken only when both are there again, at a later look than the one that saw what is wrong.
  const auto begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(2500)) {
    ASSERT_TRUE(CanCall(own_, gateway_));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  Write("key", next.key);
  Write("cert", next.certificate);
  EXPECT_TRUE(CanCallInTime(stranger_, gateway_));
}

TEST_F(TlsTest, WhatCannotBeUsedAtTheStartIsNamed) {
  Write("ca", "");
  EXPECT_EQ(Load(Ask::kEverybody).status().message(),
            absl::StrCat("--tls_client_ca: ", Path("ca"), ": is empty"));
  Write("key", gateway_.key);
  EXPECT_EQ(Load(Ask::kNobody).status().message(),
            absl::StrCat("--tls_cert, --tls_key: ", Path("key"),
                         ": is not the key of the certificate in ", Path("cert")));
}

}  // namespace
}  // namespace signaling
