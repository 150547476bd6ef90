#include "services/signalctl/ws/tls.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <ctime>

#include "absl/strings/str_cat.h"
#include "services/common/certificate.h"
#include "services/common/free_with.h"

namespace signaling::ctl {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kMaxNames = 16;
constexpr std::size_t kIpv4Bytes = 4;

using Bio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

std::string OneLine(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  if (out == nullptr) return "";
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm broken{};
  if (ASN1_TIME_to_tm(time, &broken) != 1) return absl::InfinitePast();
  return absl::FromTM(broken, absl::UTCTimeZone());
}

std::string Address(const ASN1_OCTET_STRING* bytes) {
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (size == kIpv4Bytes) {
    asio::ip::address_v4::bytes_type v4{};
    std::copy(data, data + size, v4.begin());
    return asio::ip::address_v4(v4).to_string();
  }
  asio::ip::address_v6::bytes_type v6{};
  if (size != v6.size()) return "";
  std::copy(data, data + size, v6.begin());
  return asio::ip::address_v6(v6).to_string();
}

std::vector<std::string> NamesOf(X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (names.size() == kMaxNames) break;
    if (name->type == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      names.push_back(Address(name->d.iPAddress));
    }
  }
  return names;
}

}  // namespace

std::string Verification::error_text() const { return X509_verify_cert_error_string(error); }

absl::StatusOr<std::unique_ptr<asio::ssl::context>> MakeTlsContext(const std::string& ca_file) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code ec;
  if (ca_file.empty()) {
    context->set_default_verify_paths(ec);
  } else {
    // Ours says what is wrong with the file, OpenSSL's hardly does.
    absl::StatusOr<std::string> certificates = ReadCertificates(ca_file);
    if (!certificates.ok()) return certificates.status();
    context->add_certificate_authority(asio::buffer(*certificates), ec);
  }
  if (ec) return absl::InternalError(absl::StrCat("the trusted CAs: ", ec.message()));
  return context;
}

bool VerifyHost(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
  boost::system::error_code ec;
  asio::ip::make_address(host, ec);
  if (!ec) {
    // The zone of a link-local address ("fe80::1%eth0") says where this machine has to send; no certificate has it.
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.substr(0, host.find('%')).c_str()) == 1;
  }
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Server Name Indication (RFC 6066, section 3) takes names alone.
  return X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

bool Record(bool preverified, asio::ssl::verify_context& context, Verification& seen) {
  X509_STORE_CTX* const store = context.native_handle();
  if (X509* const leaf = X509_STORE_CTX_get0_cert(store); leaf != nullptr && !seen.certificate) {
    seen.certificate = ShownCertificate{.subject = OneLine(X509_get_subject_name(leaf)),
                                        .issuer = OneLine(X509_get_issuer_name(leaf)),
                                        .names = NamesOf(leaf),
                                        .not_before = TimeOf(X509_get0_notBefore(leaf)),
                                        .not_after = TimeOf(X509_get0_notAfter(leaf))};
  }
  if (!preverified && seen.error == 0) seen.error = X509_STORE_CTX_get_error(store);
  return preverified;
}

}  // namespace signaling::ctl
