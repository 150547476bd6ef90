#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/signaling/config.h"
#include "tests/support/certificates.h"
#include "tests/support/configured.h"

namespace signaling {
namespace {

class TlsFlagsTest : public ::testing::Test {
 protected:
  TlsFlagsTest() {
    ReplaceFile(Path("cert"), pair_.certificate);
    ReplaceFile(Path("key"), pair_.key);
    ReplaceFile(Path("ca"), ca_.certificate());
    ReplaceFile(Path("empty"), "");
  }
  ~TlsFlagsTest() override {
    for (const char* name : {"cert", "key", "ca", "empty"}) std::remove(Path(name).c_str());
  }

  static std::string Path(const std::string& name) {
    return absl::StrCat(::testing::TempDir(), "tls-flags-", getpid(), "-", name);
  }
  using Flags = std::vector<std::pair<std::string, std::string>>;
  static absl::StatusOr<ServerOptions> Read(Flags flags, bool takes_tokens = false) {
    if (takes_tokens) {
      flags.emplace_back("auth_jwks_url", "https://a");
      flags.emplace_back("auth_audience", "us");
    }
    auto config = Configured<ServiceConfig>(flags);
    if (!config.ok()) return config.status();
    if (absl::Status status = ReadFiles(&*config); !status.ok()) return status;
    return config->server;
  }
  static std::string Refusal(const Flags& flags) {
    return std::string(Read(flags).status().message());
  }

  const TestCa ca_;
  const TestCertificate pair_ = ca_.Sign("DNS:localhost");
};

TEST_F(TlsFlagsTest, WithoutAnyThereIsNoTls) {
  const auto options = Read({});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_TRUE(options->tls.cert_file.empty());
  EXPECT_FALSE(options->tls.certificates_required);
  EXPECT_EQ(options->peers.gateways, std::vector<std::string>{"signaling-gateway"});
  EXPECT_TRUE(options->peers.admins.empty());
}

TEST_F(TlsFlagsTest, CertificatesAreRequiredWhereNoTokenCanBeShown) {
  const Flags flags = {{"tls_cert", Path("cert")},
                       {"tls_key", Path("key")},
                       {"tls_client_ca", Path("ca")},
                       {"tls_gateway_names", "a,b"},
                       {"tls_admin_names", "*"}};
  for (const bool takes_tokens : {false, true}) {
    const auto options = Read(flags, takes_tokens);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->tls.cert_file, Path("cert"));
    EXPECT_EQ(options->tls.key_file, Path("key"));
    EXPECT_EQ(options->tls.client_ca_file, Path("ca"));
    EXPECT_EQ(options->tls.certificates_required, !takes_tokens);
    EXPECT_EQ(options->peers.gateways, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options->peers.admins, std::vector<std::string>{"*"});
  }
}

TEST_F(TlsFlagsTest, WhatMakesNoSenseNamesTheFlagAndTheFile) {
  const std::pair<std::string, std::string> cert("tls_cert", Path("cert"));
  const std::pair<std::string, std::string> key("tls_key", Path("key"));
  const std::string each = "--tls_cert and --tls_key: each needs the other";
  EXPECT_EQ(Refusal({cert}), each);
  EXPECT_EQ(Refusal({key}), each);
  EXPECT_EQ(Refusal({{"tls_client_ca", Path("ca")}}),
            "--tls_client_ca: needs --tls_cert and --tls_key");
  EXPECT_EQ(Refusal({cert, key, {"tls_admin_names", "a"}}),
            "--tls_admin_names: needs --tls_client_ca");
  EXPECT_EQ(Refusal({{"tls_gateway_names", "a,,b"}}), "--tls_gateway_names=a,,b: a name is empty");
  EXPECT_EQ(Refusal({{"tls_admin_names", ","}}), "--tls_admin_names=,: a name is empty");
  EXPECT_EQ(Refusal({{"tls_cert", Path("empty")}, key}),
            absl::StrCat("--tls_cert, --tls_key: ", Path("empty"), ": is empty"));
  EXPECT_EQ(Refusal({cert, {"tls_key", Path("none")}}),
            absl::StrCat("--tls_cert, --tls_key: ", Path("none"), ": No such file or directory"));
  EXPECT_EQ(Refusal({cert, key, {"tls_client_ca", Path("key")}}),
            absl::StrCat("--tls_client_ca: ", Path("key"), ": holds no certificate in PEM"));
}

}  // namespace
}  // namespace signaling
