// Checks certificates and private keys in PEM files before TLS is given them: a library for TLS says little about what is
// wrong with a file, and gRPC nothing at all until the first connection fails.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace signaling {

// When the first certificate of a file counts. One that has ended is no error here: the clock may be what is wrong.
struct CertificateInfo {
  absl::Time not_before;
  absl::Time not_after;
};

// The certificate of a process, followed by the ones that lead to its CA, and its private key, as the files hold them.
struct CertificatePair {
  std::string certificates;
  std::string key;
  CertificateInfo info;
  bool operator==(const CertificatePair& other) const {
    return certificates == other.certificates && key == other.key;
  }
};

// Each file holds what it should, the key needs no passphrase, and it is the first certificate's: so files of which only one
// has been replaced are no pair. The error is one line that names the file, and never anything of what is in it. Regular
// files of at most 1 MiB; they may be the same one.
absl::StatusOr<CertificatePair> ReadCertificatePair(const std::string& cert_path,
                                                    const std::string& key_path);

// The certificates of CAs to be trusted, in PEM: at least one, and nothing that does not parse.
absl::StatusOr<std::string> ReadCertificates(const std::string& ca_path);

// The same, for who reads the files anew.
absl::StatusOr<CertificateInfo> CheckCertificatePair(const std::string& cert_path,
                                                     const std::string& key_path);
absl::Status CheckCertificates(const std::string& ca_path);

}  // namespace signaling
