#include "services/common/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/free_with.h"
#include "services/common/small_file.h"

namespace signaling {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

// What OpenSSL could not do stays on the thread's queue, where the next user of TLS would take it for its own error.
struct ErrorQueue {
  ErrorQueue() { ERR_clear_error(); }
  ~ErrorQueue() { ERR_clear_error(); }
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;
};

absl::StatusOr<std::string> Read(const std::string& path) {
  absl::StatusOr<std::string> text = ReadSmallFile(path, kMaxBytes);
  if (text.ok() && text->empty()) return Unusable(path, "is empty");
  return text;
}

Bio Reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this one OpenSSL asks for the passphrase on the terminal.
int NoPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

absl::StatusOr<std::vector<Certificate>> ParseCertificates(const std::string& path,
                                                           const std::string& text) {
  const ErrorQueue errors;
  const Bio reader = Reader(text);
  std::vector<Certificate> found;
  while (Certificate certificate{PEM_read_bio_X509(reader.get(), nullptr, NoPassphrase, nullptr)}) {
    found.push_back(std::move(certificate));
  }
  // The end of the text says that there is no further beginning; anything else, that one does not parse.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return Unusable(path, absl::StrCat("certificate ", found.size() + 1, " does not parse"));
  }
  if (found.empty()) return Unusable(path, "holds no certificate in PEM");
  return found;
}

PrivateKey ParseKey(const std::string& text) {
  const ErrorQueue errors;
  const Bio reader = Reader(text);
  return PrivateKey(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr));
}

absl::Time Instant(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<CertificatePair> ReadCertificatePair(const std::string& cert_path,
                                                    const std::string& key_path) {
  absl::StatusOr<std::string> text = Read(cert_path);
  if (!text.ok()) return text.status();
  const auto certificates = ParseCertificates(cert_path, *text);
  if (!certificates.ok()) return certificates.status();
  absl::StatusOr<std::string> key_text = Read(key_path);
  if (!key_text.ok()) return key_text.status();
  const PrivateKey key = ParseKey(*key_text);
  if (!key) return Unusable(key_path, "holds no private key in PEM without a passphrase");
  const ErrorQueue errors;
  X509* const leaf = certificates->front().get();
  if (X509_check_private_key(leaf, key.get()) != 1) {
    return Unusable(key_path, absl::StrCat("is not the key of the certificate in ", cert_path));
  }
  return CertificatePair{.certificates = *std::move(text),
                         .key = *std::move(key_text),
                         .info = {.not_before = Instant(X509_get0_notBefore(leaf)),
                                  .not_after = Instant(X509_get0_notAfter(leaf))}};
}

absl::StatusOr<std::string> ReadCertificates(const std::string& ca_path) {
  absl::StatusOr<std::string> text = Read(ca_path);
  if (!text.ok()) return text;
  if (const auto found = ParseCertificates(ca_path, *text); !found.ok()) return found.status();
  return text;
}

absl::StatusOr<CertificateInfo> CheckCertificatePair(const std::string& cert_path,
                                                     const std::string& key_path) {
  const auto pair = ReadCertificatePair(cert_path, key_path);
  if (!pair.ok()) return pair.status();
  return pair->info;
}

absl::Status CheckCertificates(const std::string& ca_path) {
  return ReadCertificates(ca_path).status();
}

}  // namespace signaling
