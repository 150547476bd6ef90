#include "services/signaling/auth/key_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/signaling/auth/test_keys.h"

namespace signaling::auth {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Error(const std::string& text, KeySource source = KeySource::kFile) {
  const auto set = KeySet::Parse(text, source);
  return set.ok() ? "it was taken" : std::string(set.status().message());
}

std::shared_ptr<const KeySet> Taken(const std::string& text, KeySource source = KeySource::kFile) {
  auto set = KeySet::Parse(text, source);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : nullptr;
}

// With the member set, or without it where the value is null.
json::object With(json::object jwk, const char* name, const json::value& value) {
  jwk.erase(name);
  if (!value.is_null()) jwk[name] = value;
  return jwk;
}

const TestKey& Rsa() {
  static const TestKey key = TestKey::Rsa(2048);
  return key;
}

TEST(KeySetTest, WithoutAlgAKeyIsPinnedToOne) {
  const std::pair<json::object, const char*> rows[] = {
      {Rsa().PublicJwk(), "RS256"},
      {TestKey::Ec("P-256").PublicJwk(), "ES256"},
      {TestKey::Ec("P-384").PublicJwk(), "ES384"},
      {TestKey::Ec("P-521").PublicJwk(), "ES512"},
      {TestKey::Raw("ED25519").PublicJwk(), "EdDSA"},
      {SecretJwk('a', "a"), "HS256"}};
  for (const auto& [jwk, algorithm] : rows) {
    const auto set = Taken(json::serialize(jwk));
    ASSERT_TRUE(set) << algorithm;
    ASSERT_EQ(set->keys().size(), 1U);
    EXPECT_EQ(set->keys()[0].algorithm().name, algorithm);
  }
}

TEST(KeySetTest, PemHoldsSeveralKeysWithoutKid) {
  const auto set =
      Taken("a remark\n" + Rsa().PublicPem() + "\nanother\n" + TestKey::Ec("P-256").PublicPem() +
            TestKey::Raw("X25519").PublicPem() + TestKey::Raw("ED25519").PublicPem() +
            TestKey::Ec("secp256k1").PublicPem());
  ASSERT_TRUE(set);
  ASSERT_EQ(set->keys().size(), 3U);
  EXPECT_EQ(set->keys()[0].algorithm().name, "RS256");
  EXPECT_EQ(set->keys()[1].algorithm().name, "ES256");
  EXPECT_EQ(set->keys()[2].algorithm().name, "EdDSA");
  EXPECT_EQ(set->keys()[0].kid(), "");
  EXPECT_EQ(set->skipped(), 2U);
}

TEST(KeySetTest, WhatIsNotForUsIsSkipped) {
  const json::object good = SecretJwk('a', "a");
  const json::object others[] = {With(Rsa().PublicJwk(), "use", "enc"),
                                 With(Rsa().PublicJwk(), "key_ops", json::array{"encrypt"}),
                                 With(Rsa().PublicJwk(), "key_ops", "verify"),
                                 With(Rsa().PublicJwk(), "alg", "RSA-OAEP"),
                                 With(TestKey::Ec("P-256").PublicJwk(), "crv", "secp256k1"),
                                 With(TestKey::Ec("P-256").PublicJwk(), "alg", "ECDH-ES"),
                                 TestKey::Raw("X25519").PublicJwk(),
                                 {{"kty", "AKP"}, {"alg", "ML-DSA-44"}}};
  for (const json::object& other : others) {
    const auto set = Taken(Jwks({other, good}));
    ASSERT_TRUE(set) << other;
    EXPECT_EQ(set->keys().size(), 1U) << other;
    EXPECT_EQ(set->skipped(), 1U) << other;
    EXPECT_THAT(Error(Jwks({other})), HasSubstr("has no key that")) << other;
  }
  const auto used = Taken(Jwks(
      {With(With(Rsa().PublicJwk(), "use", "sig"), "key_ops", json::array{"sign", "verify"})}));
  ASSERT_TRUE(used);
  EXPECT_EQ(used->keys().size(), 1U);
}

TEST(KeySetTest, PrivateKeysAreRefusedWithAClearWord) {
  const std::string says = "is a private key; the service needs the public one";
  for (const TestKey& key : {TestKey::Rsa(2048), TestKey::Ec("P-256"), TestKey::Raw("ED25519"),
                             TestKey::Raw("X25519")}) {
    const json::object jwk = key.PrivateJwk();
    EXPECT_THAT(Error(Jwks({SecretJwk('a', "a"), jwk})), HasSubstr("key 2 " + says));
    EXPECT_THAT(Error(Jwks({With(jwk, "use", "enc")})), HasSubstr(says)) << "for whatever use";
    const std::string error = Error(Rsa().PublicPem() + key.PrivatePem());
    EXPECT_THAT(error, HasSubstr("block 2 " + says));
    EXPECT_THAT(Error(Jwks({jwk})), Not(HasSubstr(std::string(jwk.at("d").as_string()))));
  }
}

TEST(KeySetTest, WhatAUrlGivesThatCannotBeUsedIsPassedOver) {
  for (const json::object& other :
       {SecretJwk('a', "a"), TestKey::Rsa(1024).PublicJwk(), TestKey::Ec("P-256").PrivateJwk(),
        With(Rsa().PublicJwk(), "alg", "ES256"), json::object{{"kid", "b"}}}) {
    const auto set = Taken(Jwks({other, With(Rsa().PublicJwk(), "kid", "good")}), KeySource::kUrl);
    ASSERT_EQ(set->keys().size(), 1U) << json::serialize(other);
    EXPECT_EQ(set->keys()[0].kid(), "good");
    EXPECT_EQ(set->skipped(), 1U);
    EXPECT_THAT(Error(Jwks({other}), KeySource::kUrl), HasSubstr("has no key"));
  }
  EXPECT_THAT(Error(Rsa().PublicPem(), KeySource::kUrl), HasSubstr("is not a JWKS in JSON"));
  EXPECT_TRUE(Taken(Jwks({Rsa().PublicJwk()}), KeySource::kUrl));
}

TEST(KeySetTest, WeakKeysAreRefused) {
  EXPECT_THAT(Error(Jwks({TestKey::Rsa(1024).PublicJwk()})), HasSubstr("less than 2048 bits"));
  EXPECT_THAT(Error(TestKey::Rsa(1024).PublicPem()), HasSubstr("less than 2048 bits"));
  const json::object secret = SecretJwk('a', "a");
  const std::string k(secret.at("k").as_string());
  EXPECT_THAT(Error(Jwks({With(secret, "k", json::value(k.substr(0, 40)))})),
              HasSubstr("shorter than"));
  EXPECT_THAT(Error(Jwks({With(secret, "alg", "HS384")})), HasSubstr("the 48 bytes that HS384"));
  EXPECT_THAT(Error(Jwks({With(secret, "alg", "HS512")})), HasSubstr("the 64 bytes that HS512"));
  for (const char* e : {"AQ", "Ag", "AA", "AQAA"}) {
    EXPECT_THAT(Error(Jwks({With(Rsa().PublicJwk(), "e", e)})), HasSubstr("exponent")) << e;
  }
}

TEST(KeySetTest, MistakesInAKeyAreNamedWithoutTheKey) {
  const json::object rsa = Rsa().PublicJwk();
  const json::object ec = TestKey::Ec("P-256").PublicJwk();
  const json::object ed = TestKey::Raw("ED25519").PublicJwk();
  const std::pair<json::object, const char*> rows[] = {
      {With(rsa, "kty", nullptr), "key 2 has no 'kty'"},
      {With(rsa, "kty", 7), "key 2 has no 'kty'"},
      {With(rsa, "n", "hidden=="), "'n' or 'e' is not base64url"},
      {With(rsa, "e", nullptr), "'n' or 'e' is not base64url"},
      {With(rsa, "alg", "ES256"), "cannot be a key of ES256"},
      {With(ec, "alg", "ES384"), "cannot be a key of ES384"},
      {With(ec, "alg", "HS256"), "cannot be a key of HS256"},
      {With(rsa, "alg", "EdDSA"), "cannot be a key of EdDSA"},
      {With(ec, "x", ec.at("y")), "is no point of P-256"},
      {With(ec, "x", "AAAA"), "is not 32 bytes long"},
      {With(ec, "y", nullptr), "'x' or 'y' is not base64url"},
      {With(ed, "x", "hidden"), "'x' is not 32 bytes of base64url"},
      {With(rsa, "kid", ""), "'kid' is not a string"},
      {With(rsa, "kid", 7), "'kid' is not a string"},
      {With(rsa, "kid", json::value(std::string(257, 'k'))), "'kid' is not a string"},
      {{{"kty", "oct"}}, "'k' is not base64url"}};
  for (const auto& [jwk, says] : rows) {
    const std::string error = Error(Jwks({SecretJwk('a', "a"), jwk}));
    EXPECT_THAT(error, HasSubstr(says));
    EXPECT_THAT(error, Not(HasSubstr("hidden")));
  }
}

TEST(KeySetTest, WhatIsNoSetOfKeysIsRefused) {
  EXPECT_THAT(Error(""), HasSubstr("neither a JWKS"));
  EXPECT_THAT(Error("hidden"), HasSubstr("neither a JWKS"));
  EXPECT_THAT(Error("[]"), HasSubstr("neither a JWKS"));
  EXPECT_THAT(Error("{}"), HasSubstr("key 1 has no 'kty'"));
  EXPECT_THAT(Error(R"({"keys":{}})"), HasSubstr("'keys' is not an array"));
  EXPECT_THAT(Error(R"({"keys":[]})"), HasSubstr("has no key"));
  EXPECT_THAT(Error(R"({"keys":["hidden"]})"), HasSubstr("key 1 has no 'kty'"));
  EXPECT_THAT(Error(R"({"keys":[],"keys":[]})"), HasSubstr("neither a JWKS"));
  EXPECT_THAT(Error("-----BEGIN nothing"), HasSubstr("has no key"));
  const std::string pem = Rsa().PublicPem();
  EXPECT_THAT(Error(pem + pem.substr(0, 200)), HasSubstr("block 2 is not PEM to its end"));
  EXPECT_THAT(Error("-----BEGIN PUBLIC KEY-----\naGlkZGVu\n-----END PUBLIC KEY-----\n"),
              HasSubstr("block 1 is neither a public key nor a certificate"));
}

TEST(KeySetTest, NoTwoKeysAnswerToOneKidAndAlg) {
  EXPECT_THAT(Error(Jwks({SecretJwk('a', "k"), SecretJwk('b', "k")})),
              HasSubstr("two keys of one 'kid' and one 'alg'"));
  const auto set = Taken(Jwks({SecretJwk('a', "k"), With(Rsa().PublicJwk(), "kid", "k")}));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->keys().size(), 2U) << "of two algorithms";
}

TEST(KeySetTest, IsBounded) {
  json::array keys;
  for (std::size_t i = 0; i < kMaxKeys; ++i) keys.push_back(SecretJwk('a', absl::StrCat(i)));
  const auto text = [&] { return json::serialize(json::object{{"keys", keys}}); };
  EXPECT_TRUE(Taken(text()));
  keys.push_back(SecretJwk('a', "more"));
  EXPECT_THAT(Error(text()), HasSubstr("more than 100 keys"));
  EXPECT_THAT(Error(std::string(kMaxKeySetBytes + 1, ' ')), HasSubstr("larger than 256 KiB"));
  std::string pem;
  for (std::size_t i = 0; i < kMaxKeysWithoutKid; ++i) pem += TestKey::Raw("ED25519").PublicPem();
  EXPECT_TRUE(Taken(pem));
  EXPECT_THAT(Error(pem + TestKey::Raw("ED25519").PublicPem()),
              HasSubstr("more than 8 keys of EdDSA without 'kid'"));
}

TEST(KeySetTest, AFileIsNamedInTheError) {
  const std::string folder = ::testing::TempDir() + "keys-" + std::to_string(getpid());
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  const auto file = [&](const char* name, const std::string& text) {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
    return folder + "/" + name;
  };
  const auto good = ReadKeyFile(file("good", Jwks({SecretJwk('a', "a")})));
  EXPECT_TRUE(good.ok()) << good.status();
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path :
       {file("empty", ""), file("bad", "hidden"),
        file("large", std::string(kMaxKeySetBytes + 1, ' ')), folder, folder + "/none", pipe}) {
    const auto set = ReadKeyFile(path);
    ASSERT_FALSE(set.ok()) << path;
    EXPECT_THAT(std::string(set.status().message()), StartsWith(path + ": "));
    EXPECT_THAT(std::string(set.status().message()), Not(HasSubstr("hidden")));
  }
  for (const char* name : {"good", "empty", "bad", "large", "pipe"}) {
    unlink((folder + "/" + name).c_str());
  }
  rmdir(folder.c_str());
}

}  // namespace
}  // namespace signaling::auth
