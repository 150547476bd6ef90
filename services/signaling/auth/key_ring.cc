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
  const std::string error(keys.status().message());
  bool news = false;
  {
    MutexLock lock(mu_);
    Source& of = Of(source);
    news = keys.ok() ? !(of.keys && of.keys->digest() == (*keys)->digest()) : error != of.error;
    of.error = error;
    if (keys.ok() && news) of.keys = *keys;
    probe_.HasKeys((file_.keys ? file_.keys->keys().size() : 0) +
                   (url_.keys ? url_.keys->keys().size() : 0));
  }
  if (news && !keys.ok()) {
    log::Error("auth_keys_not_renewed", {{"source", Name(source)}, {"error", error}});
  } else if (news) {
    log::Info("auth_keys_renewed", {{"source", Name(source)},
                                    {"keys", (*keys)->keys().size()},
                                    {"skipped", (*keys)->skipped()}});
  }
  return keys.status();
}

void KeyRing::Confirm(KeySource source) {
  probe_.Reloaded(source, true);
  MutexLock lock(mu_);
  Of(source).error.clear();
}

}  // namespace signaling::auth
