#include "gateway/tls/certificate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/support/certificates.h"

namespace signaling::gateway {
namespace {

namespace fs = std::filesystem;

class TlsCertificateTest : public ::testing::Test {
 protected:
  TlsCertificateTest()
      : folder_(fs::path(::testing::TempDir()) /
                ("tls-" + std::to_string(getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        cert_path_((folder_ / "tls.crt").string()),
        key_path_((folder_ / "tls.key").string()) {
    fs::create_directories(folder_);
    ReplaceFile(cert_path_, one_.certificate);
    ReplaceFile(key_path_, one_.key);
  }
  ~TlsCertificateTest() override { fs::remove_all(folder_); }

  std::string Refusal(const std::string& cert_path, const std::string& key_path) const {
    return std::string(TlsCertificate::Load(cert_path, key_path).status().message());
  }

  const TestCa ca_;
  const TestCertificate one_ = ca_.Sign("DNS:one");
  const TestCertificate two_ = ca_.Sign("DNS:two");
  const fs::path folder_;
  const std::string cert_path_;
  const std::string key_path_;
};

TEST_F(TlsCertificateTest, AnErrorNamesFlagAndFileInOneLine) {
  const std::string none = (folder_ / "none").string();
  const std::string other_key = (folder_ / "other.key").string();
  const std::string empty = (folder_ / "empty").string();
  ReplaceFile(other_key, two_.key);
  ReplaceFile(empty, "");
  const struct {
    std::string cert, key, begins;
  } cases[] = {
      {none, key_path_, "--tls_cert=" + none + ": "},
      {cert_path_, none, "--tls_key=" + none + ": "},
      {empty, key_path_, "--tls_cert=" + empty + ": "},
      {cert_path_, empty, "--tls_key=" + empty + ": "},
      {key_path_, key_path_, "--tls_cert=" + key_path_ + ": "},
      {cert_path_, cert_path_, "--tls_key=" + cert_path_ + ": "},
      {cert_path_, other_key, "--tls_key=" + other_key + ": "},
      {none, none, "--tls_cert=" + none + ": "},
  };
  for (const auto& one : cases) {
    const std::string said = Refusal(one.cert, one.key);
    // Where both flags name one file, either may be to blame.
    if (one.cert == one.key) {
      EXPECT_NE(said.find(one.cert + ": "), std::string::npos) << said;
    } else {
      EXPECT_EQ(said.rfind(one.begins, 0), 0u) << said;
    }
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 0) << said;
    EXPECT_EQ(said.find("BEGIN"), std::string::npos) << said;
  }
}

TEST_F(TlsCertificateTest, ANewPairIsTakenOnceBothFilesAreThere) {
  const auto certificate = TlsCertificate::Load(cert_path_, key_path_);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  const auto first = (*certificate)->current();
  ASSERT_NE(first, nullptr);

  ReplaceFile(cert_path_, two_.certificate);
  EXPECT_FALSE((*certificate)->Reload().ok());
  EXPECT_EQ((*certificate)->current(), first);

  ReplaceFile(key_path_, two_.key);
  EXPECT_TRUE((*certificate)->Reload().ok());
  EXPECT_NE((*certificate)->current(), first);
}

TEST_F(TlsCertificateTest, FilesThatHoldTheSameChangeNothing) {
  const auto certificate = TlsCertificate::Load(cert_path_, key_path_);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  const auto first = (*certificate)->current();
  ReplaceFile(cert_path_, one_.certificate);
  EXPECT_TRUE((*certificate)->Reload().ok());
  EXPECT_EQ((*certificate)->current(), first);
}

TEST_F(TlsCertificateTest, FilesThatAreGoneChangeNothing) {
  const auto certificate = TlsCertificate::Load(cert_path_, key_path_);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  const auto first = (*certificate)->current();
  fs::remove(cert_path_);
  fs::remove(key_path_);
  EXPECT_FALSE((*certificate)->Reload().ok());
  EXPECT_EQ((*certificate)->current(), first);
}

}  // namespace
}  // namespace signaling::gateway
