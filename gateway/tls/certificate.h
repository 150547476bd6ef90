// The certificate that the public port shows. Its files are looked at all the time: a new pair is taken for new
// connections, and those that there are go on with the one they began with.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tls/context.h"
#include "services/common/certificate.h"
#include "services/common/certificate_expiry.h"
#include "services/common/file_watcher.h"
#include "services/common/mutex.h"
#include "services/common/renewal_log.h"

namespace signaling::gateway {

// Thread-safe; owned by the gateway.
class TlsCertificate {
 public:
  // The error names the flag and the file in one line, and nothing of what is in it. `expiry` is told when the certificate
  // ends.
  static absl::StatusOr<std::unique_ptr<TlsCertificate>> Load(const std::string& cert_path,
                                                              const std::string& key_path,
                                                              CertificateExpiry expiry = {});
  // Whether Load would succeed.
  static absl::Status Check(const std::string& cert_path, const std::string& key_path) {
    return Read(cert_path, key_path).status();
  }
  TlsCertificate(const TlsCertificate&) = delete;
  TlsCertificate& operator=(const TlsCertificate&) = delete;

  // Looks at the files from now on, on a thread of its own. Once.
  void Watch();
  // Takes what the files hold now, where it is a pair. From one thread, the watcher's or a test's.
  absl::Status Reload();

  std::shared_ptr<TlsContext> current() const;

 private:
  struct Loaded {
    CertificatePair pair;
    std::shared_ptr<TlsContext> context;
  };

  TlsCertificate(std::string cert_path, std::string key_path, CertificateExpiry expiry,
                 Loaded loaded);

  static absl::StatusOr<Loaded> Read(const std::string& cert_path, const std::string& key_path);

  // Constant after construction.
  const std::string cert_path_;
  const std::string key_path_;

  // Of who reloads.
  CertificateExpiry expiry_;
  std::string chain_;  // of the pair in use
  RenewalLog log_{"certificate"};

  mutable Mutex mu_;
  std::shared_ptr<TlsContext> context_ ABSL_GUARDED_BY(mu_);

  std::optional<FileWatcher> watcher_;  // the last: its thread uses the others
};

}  // namespace signaling::gateway
