#include "services/signaling/auth/key_refresh.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "tests/signaling/auth/fake_fetcher.h"
#include "tests/signaling/auth/test_keys.h"
#include "tests/support/fake_clock.h"

namespace signaling::auth {
namespace {

FetchedKeys Keys(std::optional<absl::Duration> max_age = {}, const std::string& etag = "") {
  static const std::string body = Jwks({TestKey::Raw("ED25519").PublicJwk()});
  return {.unchanged = false, .body = body, .etag = etag, .max_age = max_age};
}

class KeyRefreshTest : public ::testing::Test {
 protected:
  // What somebody who asked was told; nothing as long as they wait.
  using Told = std::shared_ptr<std::optional<absl::Status>>;

  Told Ask() {
    auto told = std::make_shared<std::optional<absl::Status>>();
    refresh_->Ask([told](const absl::Status& status) {
      EXPECT_FALSE(told->has_value()) << "told twice";
      *told = status;
    });
    return told;
  }
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    refresh_->Poll();
  }
  double Reloads(const std::string& result) {
    for (const auto& family : registry_.Collect()) {
      if (family.name != "signaling_auth_key_reloads_total") continue;
      for (const auto& metric : family.metric) {
        if (metric.label[0].value == result && metric.label[1].value == "url") {
          return metric.counter.value;
        }
      }
    }
    ADD_FAILURE() << "there is no series " << result;
    return -1;
  }

  FakeClock clock_;
  prometheus::Registry registry_;
  Probe probe_{registry_};
  KeyRing ring_{probe_};
  FakeUrl url_;
  std::unique_ptr<KeyRefresh> refresh_ =
      std::make_unique<KeyRefresh>(url_.Fetcher(), ring_, clock_);
};

TEST_F(KeyRefreshTest, FetchesAtTheStartAndWhenTheKeysGrowOld) {
  EXPECT_FALSE(refresh_->status().ok());
  Pass(absl::ZeroDuration());
  ASSERT_EQ(url_.asked(), 1);
  ASSERT_TRUE(url_.Answer(Keys()));
  EXPECT_TRUE(refresh_->status().ok());
  EXPECT_TRUE(ring_.Has(KeySource::kUrl));
  Pass(KeyRefresh::kDefaultAge - absl::Seconds(1));
  EXPECT_EQ(url_.asked(), 1);
  Pass(absl::Seconds(1));
  EXPECT_EQ(url_.asked(), 2);
  Pass(absl::Hours(9));
  EXPECT_EQ(url_.asked(), 2) << "one at a time";
}

TEST_F(KeyRefreshTest, AgesByCacheControlWithinBounds) {
  const std::pair<absl::Duration, absl::Duration> rows[] = {
      {absl::ZeroDuration(), absl::Minutes(1)},
      {absl::Minutes(5), absl::Minutes(5)},
      {absl::Hours(24), absl::Hours(1)}};
  Pass(absl::ZeroDuration());
  int asked = 1;
  for (const auto& [said, kept] : rows) {
    ASSERT_TRUE(url_.Answer(Keys(said)));
    Pass(kept - absl::Seconds(1));
    EXPECT_EQ(url_.asked(), asked) << said;
    Pass(absl::Seconds(1));
    EXPECT_EQ(url_.asked(), ++asked) << said;
  }
}

TEST_F(KeyRefreshTest, AllWhoAskWaitForOneFetch) {
  const Told first = Ask();
  const Told second = Ask();
  EXPECT_EQ(url_.asked(), 1);
  EXPECT_FALSE(*first || *second);
  ASSERT_TRUE(url_.Answer(Keys()));
  EXPECT_EQ(*first, absl::OkStatus());
  EXPECT_EQ(*second, absl::OkStatus());
}

TEST_F(KeyRefreshTest, AsksAtMostEveryTenSeconds) {
  Ask();
  ASSERT_TRUE(url_.Answer(Keys()));
  clock_.Advance(KeyRefresh::kMinInterval - absl::Seconds(1));
  EXPECT_EQ(*Ask(), absl::OkStatus()) << "they are as new as they get";
  EXPECT_EQ(url_.asked(), 1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(*Ask());
  EXPECT_EQ(url_.asked(), 2);
}

TEST_F(KeyRefreshTest, StaleOnError) {
  Pass(absl::ZeroDuration());
  ASSERT_TRUE(url_.Answer(Keys()));
  const KeySets before = ring_.Keys();
  clock_.Advance(KeyRefresh::kMinInterval);
  const absl::StatusOr<FetchedKeys> bad[] = {absl::UnavailableError("it is down"),
                                             FetchedKeys{.body = "hidden"},
                                             FetchedKeys{.body = Jwks({SecretJwk('a', "a")})}};
  int errors = 0;
  for (const auto& answer : bad) {
    const Told told = Ask();
    ASSERT_TRUE(url_.Answer(answer));
    ASSERT_TRUE(*told);
    EXPECT_EQ((*told)->code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ((*told)->message(), "the keys could not be fetched") << "no more, for strangers";
    EXPECT_EQ((*Ask())->code(), absl::StatusCode::kUnavailable) << "soon after";
    EXPECT_EQ(ring_.Keys(), before);
    EXPECT_FALSE(refresh_->status().ok());
    EXPECT_EQ(Reloads("error"), ++errors);
    Pass(KeyRefresh::kMinInterval);
    EXPECT_EQ(url_.asked(), errors + 1) << "with keys there is no hurry";
  }
  Pass(KeyRefresh::kMinAge);
  EXPECT_EQ(url_.asked(), errors + 2);
  EXPECT_EQ(Reloads("ok"), 1);
}

TEST_F(KeyRefreshTest, WithoutKeysItTriesAgainSoon) {
  Pass(absl::ZeroDuration());
  ASSERT_TRUE(url_.Answer(absl::UnavailableError("it is down")));
  Pass(KeyRefresh::kMinInterval - absl::Seconds(1));
  EXPECT_EQ(url_.asked(), 1);
  Pass(absl::Seconds(1));
  EXPECT_EQ(url_.asked(), 2);
}

TEST_F(KeyRefreshTest, NobodyWaitsForever) {
  const Told early = Ask();
  Pass(absl::Seconds(2));
  const Told late = Ask();
  Pass(KeyRefresh::kPatience - absl::Seconds(3));
  EXPECT_FALSE(*early);
  Pass(absl::Seconds(1));
  ASSERT_TRUE(*early);
  EXPECT_EQ((*early)->code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(*late);
  ASSERT_TRUE(url_.Answer(Keys()));
  EXPECT_EQ(*late, absl::OkStatus());
}

TEST_F(KeyRefreshTest, NotEverybodyWaits) {
  std::vector<Told> waiting;
  for (std::size_t i = 0; i < KeyRefresh::kMaxWaiting; ++i) waiting.push_back(Ask());
  const Told refused = Ask();
  ASSERT_TRUE(*refused);
  EXPECT_EQ((*refused)->code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(url_.Answer(Keys()));
  for (const Told& told : waiting) EXPECT_EQ(*told, absl::OkStatus());
}

TEST_F(KeyRefreshTest, AsksWithTheTagOfTheKeysItHas) {
  Pass(absl::ZeroDuration());
  EXPECT_EQ(url_.last_etag(), "");
  ASSERT_TRUE(url_.Answer(Keys({}, "\"one\"")));
  const KeySets before = ring_.Keys();
  Pass(KeyRefresh::kDefaultAge);
  EXPECT_EQ(url_.last_etag(), "\"one\"");
  ASSERT_TRUE(url_.Answer(FetchedKeys{.unchanged = true}));
  EXPECT_EQ(ring_.Keys(), before);
  EXPECT_EQ(Reloads("ok"), 2);
  // Keys that could not be used are not those it has.
  Pass(KeyRefresh::kDefaultAge);
  ASSERT_TRUE(url_.Answer(FetchedKeys{.body = "{}", .etag = "\"two\""}));
  Pass(KeyRefresh::kMinAge);
  EXPECT_EQ(url_.last_etag(), "\"one\"");
}

TEST_F(KeyRefreshTest, StoppingAnswersWhoWaits) {
  const Told told = Ask();
  refresh_->Stop();
  ASSERT_TRUE(*told);
  EXPECT_FALSE((*told)->ok());
  EXPECT_FALSE((*Ask())->ok());
  Pass(absl::Hours(1));
  EXPECT_EQ(url_.asked(), 1);
  refresh_.reset();
}

TEST_F(KeyRefreshTest, StoppingWaitsForWhoIsBeingAnswered) {
  refresh_->Poll();
  std::atomic<bool> answering = false;
  std::atomic<bool> stopping = false;
  std::atomic<bool> stopped = false;
  bool stopped_first = true;
  refresh_->Ask([&](const absl::Status&) {
    answering = true;
    while (!stopping) std::this_thread::yield();
    // What this needs may go as soon as Stop returns: it is given the time to be wrong.
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
    while (!stopped && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    stopped_first = stopped;
  });
  std::thread fetcher([&] { EXPECT_TRUE(url_.Answer(Keys())); });
  while (!answering) std::this_thread::yield();
  stopping = true;
  refresh_->Stop();
  stopped = true;
  fetcher.join();
  EXPECT_FALSE(stopped_first);
}

TEST_F(KeyRefreshTest, ItsEndAnswersWhoWaits) {
  const Told told = Ask();
  refresh_.reset();
  ASSERT_TRUE(*told);
  EXPECT_FALSE((*told)->ok());
}

}  // namespace
}  // namespace signaling::auth
