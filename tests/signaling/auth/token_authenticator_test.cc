#include "services/signaling/auth/token_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "services/signaling/core/errors.h"
#include "tests/signaling/auth/fake_fetcher.h"
#include "tests/signaling/auth/test_keys.h"
#include "tests/support/fake_clock.h"

namespace signaling::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TokenAuthenticatorTest : public ::testing::Test {
 protected:
  using Answer = std::shared_ptr<std::optional<absl::StatusOr<Identity>>>;

  TokenAuthenticatorTest()
      : path_(::testing::TempDir() + "keys-" + std::to_string(getpid()) + "-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    Write(Jwks({SecretJwk('a', "a")}));
  }
  ~TokenAuthenticatorTest() override { unlink(path_.c_str()); }

  void Write(const std::string& keys) const {
    std::ofstream(path_ + ".new", std::ios::binary) << keys;
    ASSERT_EQ(rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }
  AuthOptions Options() const {
    AuthOptions options;
    options.key_file = path_;
    options.audience = "signaling";
    return options;
  }
  void Start(const AuthOptions& options, std::unique_ptr<KeyFetcher> fetcher = nullptr) {
    auto started = TokenAuthenticator::Start(options, std::move(fetcher), clock_, registry_);
    ASSERT_TRUE(started.ok()) << started.status();
    door_ = *std::move(started);
  }
  void StartWithUrl(bool with_file) {
    AuthOptions options = Options();
    if (!with_file) options.key_file.clear();
    Start(options, url_.Fetcher());
  }

  Answer Authenticate(const std::string& token) {
    auto answer = std::make_shared<std::optional<absl::StatusOr<Identity>>>();
    door_->Authenticate(token, [answer](absl::StatusOr<Identity> who) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      *answer = std::move(who);
    });
    return answer;
  }
  static std::optional<Reason> Why(const Answer& answer) {
    return *answer ? RefusalReason((*answer)->status()) : std::nullopt;
  }
  std::map<std::string, double> Judged() {
    std::map<std::string, double> judged;
    for (const auto& family : registry_.Collect()) {
      if (family.name != "signaling_authentications_total") continue;
      for (const auto& metric : family.metric) judged[metric.label[0].value] = metric.counter.value;
    }
    return judged;
  }

  const std::string path_;
  FakeClock clock_;
  prometheus::Registry registry_;
  FakeUrl url_;
  std::unique_ptr<TokenAuthenticator> door_;
};

TEST_F(TokenAuthenticatorTest, KnowsWhoHasASignedToken) {
  Start(Options());
  EXPECT_TRUE(door_->required());
  EXPECT_TRUE(door_->Ready().ok());
  const Answer answer = Authenticate(SignedToken('a', "a"));
  ASSERT_TRUE(*answer && (*answer)->ok());
  EXPECT_EQ((**answer)->client_id, "alice");
  EXPECT_TRUE((**answer)->authenticated);
  EXPECT_EQ(Why(Authenticate(SignedToken('b', "a"))), Reason::kUnauthenticated);
  EXPECT_EQ(Why(Authenticate(SignedToken('a', "b"))), Reason::kUnauthenticated);
  EXPECT_EQ(Why(Authenticate("")), Reason::kUnauthenticated);
}

TEST_F(TokenAuthenticatorTest, WhatCannotBeUsedStopsTheStart) {
  const auto error = [&](const AuthOptions& options) {
    const auto started = TokenAuthenticator::Start(options, nullptr, clock_, registry_);
    return started.ok() ? "it started" : std::string(started.status().message());
  };
  AuthOptions options = Options();
  options.audience.clear();
  EXPECT_THAT(error(options), HasSubstr("without an audience"));
  options = Options();
  options.key_file.clear();
  EXPECT_THAT(error(options), HasSubstr("without keys"));
  Write("hidden");
  EXPECT_THAT(error(Options()), HasSubstr(path_ + ": "));
}

TEST_F(TokenAuthenticatorTest, TheFileIsReplacedAndABadOneIsNot) {
  Start(Options());
  ::testing::internal::CaptureStdout();
  EXPECT_TRUE(door_->ReloadFile());
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "") << "they are the same";
  Write("hidden");
  ::testing::internal::CaptureStdout();
  EXPECT_FALSE(door_->ReloadFile());
  EXPECT_FALSE(door_->ReloadFile());
  const std::string log = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(log, HasSubstr("auth_keys_not_renewed"));
  EXPECT_THAT(log, Not(HasSubstr("hidden")));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << "once for each reason: " << log;
  EXPECT_TRUE((*Authenticate(SignedToken('a', "a")))->ok()) << "the keys there were stay";
  Write(Jwks({SecretJwk('b', "b")}));
  EXPECT_TRUE(door_->ReloadFile());
  EXPECT_TRUE((*Authenticate(SignedToken('b', "b")))->ok());
  EXPECT_FALSE((*Authenticate(SignedToken('a', "a")))->ok());
}

TEST_F(TokenAuthenticatorTest, IsReadyWhenItHasKeys) {
  StartWithUrl(false);
  EXPECT_THAT(std::string(door_->Ready().message()), HasSubstr("there are no keys"));
  EXPECT_FALSE(*Authenticate(SignedToken('a', "a"))) << "it waits for the first keys";
  ASSERT_TRUE(url_.Answer(absl::UnavailableError("HTTP status 500")));
  EXPECT_THAT(std::string(door_->Ready().message()), HasSubstr("HTTP status 500"));
  EXPECT_EQ(Why(Authenticate(SignedToken('a', "a"))), Reason::kUnavailable);
  clock_.Advance(KeyRefresh::kMinInterval);
  Authenticate(SignedToken('a', "a"));
  // Its own thread may have begun to ask just before, and get there a moment later.
  const FetchedKeys keys{.body = Jwks({TestKey::Raw("ED25519").PublicJwk()})};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!url_.Answer(keys)) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    std::this_thread::yield();
  }
  EXPECT_TRUE(door_->Ready().ok());
}

TEST_F(TokenAuthenticatorTest, AnUnknownKidIsLookedForAtTheUrl) {
  StartWithUrl(true);
  ASSERT_TRUE(url_.Answer(FetchedKeys{.body = Jwks({TestKey::Raw("ED25519").PublicJwk()})}));
  EXPECT_EQ(Why(Authenticate(SignedToken('b', "b"))), Reason::kUnauthenticated)
      << "it was asked a moment ago";
  clock_.Advance(KeyRefresh::kMinInterval);
  const Answer waiting = Authenticate(SignedToken('b', "b"));
  EXPECT_FALSE(*waiting);
  EXPECT_TRUE((*Authenticate(SignedToken('a', "a")))->ok()) << "others do not wait";
  EXPECT_EQ(Why(Authenticate(SignedToken('b', "a"))), Reason::kUnauthenticated)
      << "nor does who names a key that is there";
  Write(Jwks({SecretJwk('b', "b")}));
  ASSERT_TRUE(door_->ReloadFile());
  EXPECT_FALSE(*waiting);
  ASSERT_TRUE(url_.Answer(FetchedKeys{.unchanged = true}));
  ASSERT_TRUE(*waiting);
  EXPECT_TRUE((*waiting)->ok()) << "it is judged with the keys there are then";
}

TEST_F(TokenAuthenticatorTest, AFetchInVainIsNotTheTokensFault) {
  StartWithUrl(true);
  ASSERT_TRUE(url_.Answer(FetchedKeys{.body = Jwks({TestKey::Raw("ED25519").PublicJwk()})}));
  clock_.Advance(KeyRefresh::kMinInterval);
  const Answer waiting = Authenticate(SignedToken('b', "b"));
  ASSERT_TRUE(url_.Answer(absl::UnavailableError("it is down")));
  EXPECT_EQ(Why(waiting), Reason::kUnavailable);
  clock_.Advance(KeyRefresh::kMinInterval);
  const Answer again = Authenticate(SignedToken('b', "b"));
  door_->Stop();
  EXPECT_EQ(Why(again), Reason::kUnavailable);
}

TEST_F(TokenAuthenticatorTest, EveryResultHasASeriesFromTheStart) {
  Start(Options());
  EXPECT_EQ(Judged().size(), kOutcomeNames.size());
  for (const auto& [name, count] : Judged()) EXPECT_EQ(count, 0) << name;
  Authenticate(SignedToken('a', "a"));
  Authenticate("");
  Authenticate("x");
  Authenticate(SignedToken('a', "b"));
  Authenticate(SignedToken('b', "a"));
  clock_.Advance(absl::Hours(1));
  Authenticate(SignedToken('a', "a"));
  for (const char* name :
       {"accepted", "missing", "malformed", "unknown_key", "bad_signature", "expired"}) {
    EXPECT_EQ(Judged()[name], 1) << name;
  }
}

// For ThreadSanitizer.
TEST_F(TokenAuthenticatorTest, KeysAreReplacedWhileTokensAreChecked) {
  Start(Options());
  std::atomic<bool> over{false};
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const std::string token = SignedToken('a', "a");
      while (!over) {
        door_->Authenticate(token, [&](const absl::StatusOr<Identity>& who) {
          ASSERT_TRUE(who.ok()) << who.status();
          ++accepted;
        });
      }
    });
  }
  const std::string same = Jwks({SecretJwk('a', "a")});
  for (int i = 0; i < 100 || accepted < 100; ++i) {
    Write(i % 2 == 0 ? same + "\n" : same);  // others, for who compares
    EXPECT_TRUE(door_->ReloadFile());
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace signaling::auth
