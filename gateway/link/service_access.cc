#include "gateway/link/service_access.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/secret_file.h"

namespace signaling::gateway {
namespace {

absl::Status Named(const char* flags, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(flags, ": ", status.message()));
}

}  // namespace

absl::Status ServiceAccess::Read() {
  bool changed = false;
  if (!options_.ca_file.empty()) {
    if (absl::Status status = LoadCa(&changed); !status.ok()) return Named("--service_ca", status);
  }
  if (!options_.cert_file.empty()) {
    if (absl::Status status = LoadPair(&changed); !status.ok()) {
      return Named("--service_cert, --service_key", status);
    }
  }
  return ReadToken().status();
}

absl::Status ServiceAccess::Load() {
  if (absl::Status status = Read(); !status.ok()) return status;
  std::vector<FileWatcher::File> files;
  if (!options_.ca_file.empty()) {
    files.push_back({options_.ca_file, [this] { return RenewCa(); }});
  }
  if (!options_.cert_file.empty()) {
    pair_log_.Began(pair_->info.not_after);
    files.push_back({options_.cert_file, [this] { return RenewPair(); }});
    files.push_back({options_.key_file, [this] { return RenewPair(); }});
  }
  MakeCredentials();
  if (!files.empty()) watcher_ = std::make_unique<FileWatcher>(std::move(files));
  return absl::OkStatus();
}

std::shared_ptr<grpc::ChannelCredentials> ServiceAccess::credentials() const {
  MutexLock lock(mu_);
  return credentials_;
}

absl::StatusOr<std::string> ServiceAccess::ReadToken() const {
  if (options_.token_file.empty()) return std::string();
  absl::StatusOr<std::vector<std::string>> tokens = ReadSecrets(options_.token_file);
  if (!tokens.ok()) return Named("--service_token_file", tokens.status());
  if (tokens->size() == 1) return std::move(tokens->front());
  return absl::InvalidArgumentError(
      absl::StrCat("--service_token_file: ", options_.token_file, ": holds more than one token"));
}

absl::Status ServiceAccess::LoadCa(bool* changed) {
  absl::StatusOr<std::string> found = ReadCertificates(options_.ca_file);
  if (!found.ok()) return found.status();
  *changed = ca_ != *found;
  ca_ = *std::move(found);
  return absl::OkStatus();
}

absl::Status ServiceAccess::LoadPair(bool* changed) {
  absl::StatusOr<CertificatePair> found =
      ReadCertificatePair(options_.cert_file, options_.key_file);
  if (!found.ok()) return found.status();
  *changed = pair_ != *found;
  pair_ = *std::move(found);
  expiry_.Set(pair_->info.not_after);
  return absl::OkStatus();
}

bool ServiceAccess::RenewCa() {
  bool changed = false;
  if (const absl::Status status = LoadCa(&changed); !status.ok()) {
    ca_log_.Failed(status);
    return false;
  }
  if (changed) MakeCredentials();
  ca_log_.Took(changed);
  return true;
}

bool ServiceAccess::RenewPair() {
  bool changed = false;
  if (const absl::Status status = LoadPair(&changed); !status.ok()) {
    pair_log_.Failed(status);
    return false;
  }
  if (changed) MakeCredentials();
  pair_log_.Took(changed, pair_->info.not_after);
  return true;
}

void ServiceAccess::MakeCredentials() {
  std::shared_ptr<grpc::ChannelCredentials> made;
  if (ca_.empty()) {
    made = grpc::InsecureChannelCredentials();
  } else if (pair_) {
    made = grpc::SslCredentials({ca_, pair_->key, pair_->certificates});
  } else {
    made = grpc::SslCredentials({ca_, "", ""});
  }
  MutexLock lock(mu_);
  credentials_ = std::move(made);
}

}  // namespace signaling::gateway
