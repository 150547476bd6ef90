#include "services/signaling/auth/key_set.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/small_file.h"
#include "services/common/text.h"
#include "services/signaling/auth/pem.h"

namespace signaling::auth {
namespace {

absl::Status Unusable(std::string_view why) { return absl::InvalidArgumentError(Absl(why)); }

std::string Digest(std::string_view text) {
  std::string digest(32, '\0');
  unsigned size = 0;
  const int done =
      EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_sha256(), nullptr);
  return done == 1 ? digest : std::string();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(std::string_view text,
                                                            KeySource source) {
  if (text.size() > kMaxKeySetBytes) return Unusable("is larger than 256 KiB");
  std::vector<Json> pem;
  Json json;
  std::vector<const json_t*> jwks;
  if (source == KeySource::kFile && LooksLikePem(text)) {
    absl::StatusOr<std::vector<Json>> read = PemToJwks(text);
    if (!read.ok()) return read.status();
    pem = *std::move(read);
    for (const Json& one : pem) jwks.push_back(one.get());
  } else {
    json = ParseJsonObject(text);
    if (!json) {
      return Unusable(source == KeySource::kFile ? "is neither a JWKS or JWK in JSON nor PEM"
                                                 : "is not a JWKS in JSON");
    }
    const json_t* keys = json_object_get(json.get(), "keys");
    if (keys == nullptr) {
      jwks.push_back(json.get());
    } else if (!json_is_array(keys)) {
      return Unusable("'keys' is not an array");
    }
    for (std::size_t i = 0; i < json_array_size(keys); ++i) {
      jwks.push_back(json_array_get(keys, i));
    }
  }
  // Not make_shared: the constructor is private.
  const std::shared_ptr<KeySet> set(new KeySet());
  if (absl::Status status = set->Add(jwks, source); !status.ok()) return status;
  set->digest_ = Digest(text);
  return set;
}

absl::Status KeySet::Add(const std::vector<const json_t*>& jwks, KeySource source) {
  if (jwks.size() > kMaxKeys) return Unusable(absl::StrCat("has more than ", kMaxKeys, " keys"));
  std::size_t number = 0;
  for (const json_t* jwk : jwks) {
    ++number;
    if (jwk == nullptr) {  // PEM of another kind
      ++skipped_;
      continue;
    }
    absl::StatusOr<std::optional<Key>> key = ReadJwk(jwk, source);
    // What others publish may hold keys for others (RFC 7517, section 5); in a file of the operator's it is a mistake.
    if (!key.ok() && source == KeySource::kFile) {
      return Unusable(absl::StrCat("key ", number, " ", key.status().message()));
    }
    if (key.ok() && *key) {
      keys_.push_back(**std::move(key));
    } else {
      ++skipped_;
    }
  }
  if (keys_.empty()) {
    return Unusable(absl::StrCat("has no key that signatures of ours could be checked with (",
                                 skipped_, " of other kinds)"));
  }
  return CheckClashes();
}

absl::Status KeySet::CheckClashes() const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    std::size_t same = 0;
    for (std::size_t other = 0; other < i; ++other) {
      if (keys_[i].kid() == keys_[other].kid() &&
          &keys_[i].algorithm() == &keys_[other].algorithm()) {
        ++same;
      }
    }
    if (keys_[i].kid().empty() ? same >= kMaxKeysWithoutKid : same > 0) {
      return Unusable(keys_[i].kid().empty()
                          ? absl::StrCat("has more than ", kMaxKeysWithoutKid, " keys of ",
                                         Absl(keys_[i].algorithm().name), " without 'kid'")
                          : "has two keys of one 'kid' and one 'alg'");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const KeySet>> ReadKeyFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadSmallFile(path, kMaxKeySetBytes);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::shared_ptr<const KeySet>> set = KeySet::Parse(*text, KeySource::kFile);
  OPENSSL_cleanse(text->data(), text->size());  // it may be a secret
  if (!set.ok()) return signaling::Unusable(path, std::string(set.status().message()));
  return set;
}

}  // namespace signaling::auth
