// Certificates for tests: a CA, and what it signs. Keys are P-256, and made anew each time.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace signaling {

// As PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

// Not thread-safe; owned by the test.
class TestCa {
 public:
  TestCa();

  const std::string& certificate() const { return certificate_; }

  // `names` as OpenSSL's configuration has them, "DNS:localhost,IP:127.0.0.1"; empty: no alternative name.
  TestCertificate Sign(const std::string& names, const std::string& common_name = "a test") const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static Key MakeKey();
  // Signed by itself where there is no issuer.
  static Certificate Make(EVP_PKEY* key, const std::string& common_name, const std::string& names,
                          X509* issuer, EVP_PKEY* issuer_key);

  Key key_;
  Certificate x509_;
  std::string certificate_;
};

// Takes the place of a file as a whole.
void ReplaceFile(const std::string& path, const std::string& content);

}  // namespace signaling
