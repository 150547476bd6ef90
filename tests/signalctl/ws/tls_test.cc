// Whom a server's certificate is held against.
#include "services/signalctl/ws/tls.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <string>

#include "services/common/free_with.h"

namespace signaling::ctl {
namespace {

class TlsTest : public ::testing::Test {
 protected:
  std::string Address() const {
    const std::unique_ptr<char, FreeWith<Free>> text(
        X509_VERIFY_PARAM_get1_ip_asc(SSL_get0_param(ssl_.get())));
    return text ? text.get() : "";
  }
  std::string Name() const {
    const char* const name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl_.get()), 0);
    return name != nullptr ? name : "";
  }

  static void Free(char* text) { OPENSSL_free(text); }

  const std::unique_ptr<boost::asio::ssl::context> context_ = *MakeTlsContext("");
  const std::unique_ptr<SSL, FreeWith<SSL_free>> ssl_{SSL_new(context_->native_handle())};
};

TEST_F(TlsTest, ANameIsAskedForAndHeldAgainst) {
  EXPECT_TRUE(VerifyHost(ssl_.get(), "signal.example.org"));
  EXPECT_EQ(Name(), "signal.example.org");
  EXPECT_EQ(Address(), "");
}

TEST_F(TlsTest, AnAddressIsHeldAgainst) {
  EXPECT_TRUE(VerifyHost(ssl_.get(), "127.0.0.1"));
  EXPECT_EQ(Name(), "");
  EXPECT_EQ(Address(), "127.0.0.1");
}

// The zone is not the certificate's: with it OpenSSL takes no address, and then any certificate for any host would do.
TEST_F(TlsTest, ALinkLocalAddressIsHeldAgainstWithoutItsZone) {
  EXPECT_TRUE(VerifyHost(ssl_.get(), "fe80::1%lo"));
  EXPECT_EQ(Address(), "FE80:0:0:0:0:0:0:1");
}

TEST_F(TlsTest, WhatCannotBeHeldAgainstIsTold) {
  EXPECT_FALSE(VerifyHost(ssl_.get(), std::string("a\0b", 3)));
}

}  // namespace
}  // namespace signaling::ctl
