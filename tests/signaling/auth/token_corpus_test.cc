// Tokens that two other implementations have made, good and forged (corpus/): each is judged as the service judges it,
// and then by a verifier that leaves out one check after the other. Each check must be missed by some forgery.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/registry.h"
#include "services/signaling/auth/checks.h"
#include "services/signaling/auth/token_authenticator.h"
#include "services/signaling/core/errors.h"
#include "tests/support/fake_clock.h"

namespace signaling::auth {
namespace {

namespace json = boost::json;

constexpr char kAudience[] = "signaling";
constexpr char kIssuer[] = "https://issuer.example";
// No message has as much in common with a token by chance.
constexpr std::size_t kQuote = 9;

struct Case {
  std::string name;  // with the implementation in front
  std::string token;
  std::string keyset;
  bool ok = false;
  std::string says;
  json::object identity;
};

struct Corpus {
  std::map<std::string, std::string> keysets;
  std::vector<Case> cases;
};

void Read(const std::string& path, const std::string& maker, Corpus* corpus) {
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is made by the test signaling_token_corpus.make_*";
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const json::object root = json::parse(text).as_object();
  ASSERT_EQ(absl::FromUnixSeconds(root.at("now").as_int64()), FakeClock().Now());
  for (const auto& [name, keyset] : root.at("keysets").as_object()) {
    corpus->keysets[maker + std::string(name)] = std::string(keyset.as_string());
  }
  for (const json::value& value : root.at("cases").as_array()) {
    const json::object& one = value.as_object();
    Case made{.name = maker + std::string(one.at("name").as_string()),
              .token = std::string(one.at("token").as_string()),
              .keyset = maker + std::string(one.at("keyset").as_string()),
              .ok = one.at("ok").as_bool(),
              .says = {},
              .identity = {}};
    if (made.ok) {
      made.identity = one.at("identity").as_object();
    } else {
      made.says = std::string(one.at("says").as_string());
    }
    corpus->cases.push_back(std::move(made));
  }
}

const Corpus& TheCorpus() {
  static const Corpus corpus = [] {
    Corpus read;
    Read(SIGNALING_TOKEN_CORPUS_PYTHON, "python: ", &read);
    Read(SIGNALING_TOKEN_CORPUS_NODE, "node: ", &read);
    return read;
  }();
  return corpus;
}

// The door that production has, one for each set of keys.
class Doors {
 public:
  absl::StatusOr<Identity> Authenticate(const Case& one) {
    std::unique_ptr<TokenAuthenticator>& door = doors_[one.keyset];
    if (!door) door = Make(one.keyset);
    std::optional<absl::StatusOr<Identity>> answer;
    door->Authenticate(one.token, [&](absl::StatusOr<Identity> who) { answer = std::move(who); });
    return answer.value_or(absl::InternalError("no answer"));
  }

 private:
  std::unique_ptr<TokenAuthenticator> Make(const std::string& keyset) {
    const std::string path = ::testing::TempDir() + "keys-" + std::to_string(getpid());
    std::ofstream(path, std::ios::binary) << TheCorpus().keysets.at(keyset);
    registries_.push_back(std::make_unique<prometheus::Registry>());
    AuthOptions options;
    options.key_file = path;
    options.audience = kAudience;
    options.issuer = kIssuer;
    auto made = TokenAuthenticator::Start(options, nullptr, clock_, *registries_.back());
    unlink(path.c_str());
    EXPECT_TRUE(made.ok()) << keyset << made.status();
    return *std::move(made);
  }

  FakeClock clock_;
  std::vector<std::unique_ptr<prometheus::Registry>> registries_;
  std::map<std::string, std::unique_ptr<TokenAuthenticator>> doors_;
};

std::vector<std::string> Strings(const json::value& array) {
  std::vector<std::string> strings;
  for (const json::value& value : array.as_array()) strings.emplace_back(value.as_string());
  return strings;
}

void ExpectIdentity(const json::object& expected, const Identity& who) {
  EXPECT_TRUE(who.authenticated);
  if (!expected.contains("client_id")) {
    EXPECT_EQ(who.client_id.substr(0, 5), "alice");
  }
  for (const auto& [name, value] : expected) {
    if (name == "client_id") {
      EXPECT_EQ(who.client_id, std::string(value.as_string()));
    } else if (name == "rooms") {
      EXPECT_EQ(who.rooms, Strings(value));
    } else if (name == "grants") {
      Grants grants;
      for (const std::string& grant : Strings(value)) {
        Grant parsed{};
        ASSERT_TRUE(ParseGrant(grant, &parsed)) << grant;
        grants.Add(parsed);
      }
      EXPECT_EQ(who.grants, grants);
    } else if (name == "metadata") {
      std::map<std::string, std::string> metadata;
      for (const auto& [key, text] : value.as_object()) metadata[key] = text.as_string();
      EXPECT_EQ(who.metadata, metadata);
    } else if (name == "expires") {
      EXPECT_EQ(absl::ToDoubleSeconds(who.expires - absl::UnixEpoch()), value.to_number<double>());
    } else if (name == "token_id") {
      EXPECT_EQ(who.token_id, std::string(value.as_string()));
    } else {
      FAIL() << "the corpus expects a field that nobody knows: " << name;
    }
  }
}

bool Quotes(const std::string& message, const std::string& token) {
  for (std::size_t i = 0; i + kQuote <= message.size(); ++i) {
    if (token.find(message.substr(i, kQuote)) != std::string::npos) return true;
  }
  return false;
}

TEST(TokenCorpusTest, HasGoodAndForgedTokensOfEveryAlgorithmFromBoth) {
  std::map<std::string, int> good;
  int bad = 0;
  std::set<std::string> names;
  for (const Case& one : TheCorpus().cases) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    if (one.ok) {
      ++good[one.name];
    } else {
      ++bad;
      EXPECT_FALSE(one.says.empty()) << one.name;
    }
  }
  EXPECT_GE(bad, 80);
  for (const Algorithm& algorithm : AllAlgorithms()) {
    for (const char* maker : {"python: ", "node: "}) {
      EXPECT_EQ(good[maker + std::string(algorithm.name) + " by kid"], 1) << algorithm.name;
    }
  }
}

TEST(TokenCorpusTest, EachIsJudgedRightly) {
  Doors doors;
  for (const Case& one : TheCorpus().cases) {
    SCOPED_TRACE(one.name);
    const absl::StatusOr<Identity> who = doors.Authenticate(one);
    ASSERT_EQ(who.ok(), one.ok) << who.status();
    if (one.ok) {
      ExpectIdentity(one.identity, *who);
      continue;
    }
    EXPECT_EQ(RefusalReason(who.status()), Reason::kUnauthenticated);
    const std::string message(who.status().message());
    EXPECT_NE(message.find(one.says), std::string::npos) << message;
    EXPECT_FALSE(Quotes(message, one.token)) << message;
  }
}

class LeftOutTest : public ::testing::TestWithParam<std::string> {};

TEST_P(LeftOutTest, LetsAForgeryIn) {
  const Verifier verifier({.audience = kAudience, .issuer = kIssuer}, GetParam());
  std::map<std::string, KeySets> sets;
  for (const auto& [name, text] : TheCorpus().keysets) {
    auto parsed = KeySet::Parse(text, KeySource::kFile);
    ASSERT_TRUE(parsed.ok()) << name << parsed.status();
    sets[name] = {*std::move(parsed)};
  }
  int let_in = 0;
  for (const Case& one : TheCorpus().cases) {
    const Verdict verdict = verifier.Verify(one.token, sets.at(one.keyset), FakeClock().Now());
    const bool accepted = verdict.outcome == Outcome::kAccepted;
    EXPECT_TRUE(accepted || !one.ok) << "a check less refuses nothing: " << one.name;
    if (accepted && !one.ok) ++let_in;
  }
  EXPECT_GE(let_in, 1) << "no forgery of the corpus needs the check '" << GetParam() << "'";
}

std::vector<std::string> CheckNames() {
  std::vector<std::string> names;
  for (const auto& check : HeaderChecks()) names.emplace_back(check.name);
  for (const auto& check : KeyChecks()) names.emplace_back(check.name);
  for (const auto& check : ClaimChecks()) names.emplace_back(check.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Each, LeftOutTest, ::testing::ValuesIn(CheckNames()),
                         [](const auto& check) { return check.param; });

// Else leaving out one would leave out another.
TEST(TokenCorpusTest, NoTwoChecksHaveOneName) {
  const std::vector<std::string> names = CheckNames();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_GE(names.size(), 25U);
}

}  // namespace
}  // namespace signaling::auth
