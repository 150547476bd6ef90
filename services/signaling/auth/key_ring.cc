#include "services/signaling/auth/key_ring.h"

#include <utility>

#include "services/common/log.h"

namespace signaling::auth {
namespace {

const char* Name(KeySource source) { return source == KeySource::kFile ? "file" : "url"; }

}  // namespace

KeySets KeyRing::Keys() const {
  MutexLock lock(mu_);
  KeySets sets;
  for (const Source* source : {&file_, &url_}) {
    if (source->keys) sets.push_back(source->keys);
  }
  return sets;
}

bool KeyRing::Has(KeySource source) const {
  MutexLock lock(mu_);
  return (source == KeySource::kFile ? file_ : url_).keys != nullptr;
}

absl::Status KeyRing::Take(KeySource source, absl::StatusOr<std::shared_ptr<const KeySet>> keys) {
  probe_.Reloaded(source, keys.ok());
  MutexLock lock(mu_);
  Source& of = Of(source);
  if (!keys.ok()) {
    std::string error(keys.status().message());
    if (error != of.error) {
      log::Error("auth_keys_not_renewed", {{"source", Name(source)}, {"error", error}});
    }
    of.error = std::move(error);
    return keys.status();
  }
  of.error.clear();
  if (of.keys && of.keys->digest() == (*keys)->digest()) return absl::OkStatus();
  of.keys = *std::move(keys);
  log::Info("auth_keys_renewed", {{"source", Name(source)},
                                  {"keys", of.keys->keys().size()},
                                  {"skipped", of.keys->skipped()}});
  probe_.HasKeys((file_.keys ? file_.keys->keys().size() : 0) +
                 (url_.keys ? url_.keys->keys().size() : 0));
  return absl::OkStatus();
}

void KeyRing::Confirm(KeySource source) {
  probe_.Reloaded(source, true);
  MutexLock lock(mu_);
  Of(source).error.clear();
}

}  // namespace signaling::auth
