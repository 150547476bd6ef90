#include "services/common/certificate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/certificates.h"

namespace signaling {
namespace {

class CertificateTest : public ::testing::Test {
 protected:
  // The path of a new file.
  std::string Write(const std::string& content) {
    const std::string path = ::testing::TempDir() + "certificate-" + std::to_string(getpid()) +
                             "-" + std::to_string(files_.size());
    ReplaceFile(path, content);
    files_.push_back(path);
    return path;
  }
  void TearDown() override {
    for (const std::string& path : files_) std::remove(path.c_str());
  }

  const TestCa ca_;
  const TestCertificate one_ = ca_.Sign("DNS:one");
  const TestCertificate two_ = ca_.Sign("DNS:two");

 private:
  std::vector<std::string> files_;
};

TEST_F(CertificateTest, APairIsReadAsItStands) {
  const std::string chain = one_.certificate + ca_.certificate();
  const auto pair = ReadCertificatePair(Write(chain), Write(one_.key));
  ASSERT_TRUE(pair.ok()) << pair.status();
  EXPECT_EQ(pair->certificates, chain);
  EXPECT_EQ(pair->key, one_.key);
  EXPECT_LT(pair->info.not_before, absl::Now());
  EXPECT_GT(pair->info.not_after, absl::Now());
  EXPECT_LT(pair->info.not_after, absl::Now() + absl::Hours(25));
}

TEST_F(CertificateTest, OneFileMayHoldBoth) {
  const std::string path = Write(one_.key + one_.certificate);
  EXPECT_TRUE(CheckCertificatePair(path, path).ok());
}

TEST_F(CertificateTest, FilesThatDoNotFitAreNoPair) {
  const std::string cert = Write(one_.certificate);
  const std::string key = Write(two_.key);
  EXPECT_EQ(CheckCertificatePair(cert, key).status().message(),
            key + ": is not the key of the certificate in " + cert);
}

TEST_F(CertificateTest, TheFileThatIsWrongIsNamedAndNotQuoted) {
  const std::string cert = Write(one_.certificate);
  const std::string key = Write(one_.key);
  const std::string empty = Write("");
  const std::string nonsense = Write("Nonsense");
  const std::string torn = Write(one_.certificate + two_.certificate.substr(0, 200));
  const std::string none = ::testing::TempDir() + "no such file";
  for (const std::string& wrong : {empty, nonsense, torn, none, key, ::testing::TempDir()}) {
    const std::string said(CheckCertificatePair(wrong, key).status().message());
    EXPECT_EQ(said.rfind(wrong + ": ", 0), 0u) << said;
    EXPECT_EQ(said.find("Nonsense"), std::string::npos) << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    const std::string of_ca(CheckCertificates(wrong).message());
    EXPECT_EQ(of_ca.rfind(wrong + ": ", 0), 0u) << of_ca;
  }
  for (const std::string& wrong : {empty, nonsense, none, cert, ::testing::TempDir()}) {
    const std::string said(CheckCertificatePair(cert, wrong).status().message());
    EXPECT_EQ(said.rfind(wrong + ": ", 0), 0u) << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

// On a terminal OpenSSL would ask for it, and wait.
TEST_F(CertificateTest, AKeyWithAPassphraseIsRefused) {
  const std::string key =
      Write("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_FALSE(CheckCertificatePair(Write(one_.certificate), key).ok());
}

TEST_F(CertificateTest, SeveralCasMayBeTrusted) {
  const std::string both = ca_.certificate() + TestCa().certificate();
  const auto read = ReadCertificates(Write(both));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, both);
}

}  // namespace
}  // namespace signaling
