#include "tests/support/certificates.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fstream>

namespace signaling {
namespace {

constexpr long kDay = 24L * 60 * 60;

template <typename Write>
std::string Pem(Write write) {
  BIO* const memory = BIO_new(BIO_s_mem());
  EXPECT_EQ(write(memory), 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::string Pem(X509* certificate) {
  return Pem([certificate](BIO* to) { return PEM_write_bio_X509(to, certificate); });
}

std::string Pem(EVP_PKEY* key) {
  return Pem([key](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCa::TestCa() : key_(MakeKey()) {
  // Two of one name in one file would be taken for each other.
  static std::atomic<int> made{0};
  x509_ = Make(key_.get(), "test CA " + std::to_string(++made), "", nullptr, key_.get());
  certificate_ = Pem(x509_.get());
}

TestCertificate TestCa::Sign(const std::string& names, const std::string& common_name) const {
  const Key key = MakeKey();
  const Certificate made = Make(key.get(), common_name, names, x509_.get(), key_.get());
  return {.certificate = Pem(made.get()), .key = Pem(key.get())};
}

TestCa::Key TestCa::MakeKey() { return Key(EVP_EC_gen("P-256")); }

TestCa::Certificate TestCa::Make(EVP_PKEY* key, const std::string& common_name,
                                 const std::string& names, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), kDay);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer != nullptr ? issuer : made.get()));
  X509_set_pubkey(made.get(), key);
  AddExtension(made.get(), NID_basic_constraints,
               issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!names.empty()) AddExtension(made.get(), NID_subject_alt_name, names);
  EXPECT_GT(X509_sign(made.get(), issuer_key, EVP_sha256()), 0);
  return made;
}

void ReplaceFile(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  std::ofstream(fresh, std::ios::binary) << content;
  ASSERT_EQ(std::rename(fresh.c_str(), path.c_str()), 0);
}

}  // namespace signaling
