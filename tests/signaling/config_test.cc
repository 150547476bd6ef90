#include "services/signaling/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/string_view.h"

namespace signaling {
namespace {

// The configuration with one flag set, as from the command line.
absl::StatusOr<ServiceConfig> With(const char* flag, const char* value) {
  const absl::FlagSaver saver;
  std::string error;
  EXPECT_TRUE(absl::FindCommandLineFlag(flag)->ParseFrom(value, &error)) << flag << ": " << error;
  return ConfigFromFlags();
}

TEST(ServiceConfigTest, TheDefaultsAreThoseOfTheEngine) {
  const auto config = ConfigFromFlags();
  ASSERT_TRUE(config.ok()) << config.status();
  const EngineOptions& engine = config->engine;
  const EngineOptions defaults;
  EXPECT_EQ(engine.max_participants, defaults.max_participants);
  EXPECT_EQ(engine.audio_only, defaults.audio_only);
  EXPECT_EQ(engine.relay_only, defaults.relay_only);
  EXPECT_EQ(engine.room_empty_timeout, defaults.room_empty_timeout);
  EXPECT_EQ(engine.offer_ttl, defaults.offer_ttl);
  EXPECT_EQ(engine.claim_lease, defaults.claim_lease);
  EXPECT_EQ(engine.max_waiting_offers, defaults.max_waiting_offers);
  EXPECT_EQ(engine.resume_window, defaults.resume_window);
  EXPECT_EQ(config->server.max_stream_age, ServerOptions().max_stream_age);
  EXPECT_EQ(config->drain_timeout, ServiceConfig().drain_timeout);
  EXPECT_EQ(config->drain_rate, ServiceConfig().drain_rate);
}

TEST(ServiceConfigTest, EachFlagReachesItsOption) {
  EXPECT_EQ(With("max_participants", "2")->engine.max_participants, 2u);
  EXPECT_TRUE(With("media", "audio")->engine.audio_only);
  EXPECT_TRUE(With("relay_only", "true")->engine.relay_only);
  EXPECT_EQ(With("room_empty_timeout", "1s")->engine.room_empty_timeout, absl::Seconds(1));
  EXPECT_EQ(With("offer_ttl", "24h")->engine.offer_ttl, absl::Hours(24));
  EXPECT_EQ(With("claim_lease", "5m")->engine.claim_lease, absl::Minutes(5));
  EXPECT_EQ(With("max_offers", "1000")->engine.max_waiting_offers, 1000u);
  EXPECT_EQ(With("resume_window", "10m")->engine.resume_window, absl::Minutes(10));
  EXPECT_EQ(With("resume_window", "0")->engine.resume_window, absl::ZeroDuration());
  EXPECT_EQ(With("max_stream_age", "0")->server.max_stream_age, absl::ZeroDuration());
  EXPECT_EQ(With("max_stream_age", "24h")->server.max_stream_age, absl::Hours(24));
  EXPECT_EQ(With("drain_timeout", "0")->drain_timeout, absl::ZeroDuration());
  EXPECT_EQ(With("drain_rate", "1")->drain_rate, 1);
}

TEST(ServiceConfigTest, TurnTakesItsSecretsFromAFile) {
  const std::string path = ::testing::TempDir() + "turn-secrets";
  std::ofstream(path) << "first\nsecond\n";
  const absl::FlagSaver saver;
  std::string error;
  const auto set = [&error](const char* flag, const std::string& value) {
    EXPECT_TRUE(absl::FindCommandLineFlag(flag)->ParseFrom(value, &error)) << error;
  };
  set("turn_secret_file", path);
  EXPECT_FALSE(ConfigFromFlags().ok()) << "secrets for nothing";
  set("turn_urls", "turn:a,turns:a?transport=tcp");
  set("turn_ttl", "10s");
  const auto config = ConfigFromFlags();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->ice.turn_urls, (std::vector<std::string>{"turn:a", "turns:a?transport=tcp"}));
  EXPECT_EQ(config->ice.turn_secrets, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(config->ice.turn_ttl, absl::Seconds(10));
  EXPECT_EQ(config->turn_secret_file, path);
}

TEST(ServiceConfigTest, NamesTheFlagThatCannotBe) {
  const std::pair<const char*, const char*> cases[] = {
      {"port", "65536"},
      {"internal_port", "-1"},
      {"address", "localhost"},
      {"engine", "stone"},
      {"max_participants", "1"},
      {"max_participants", "51"},
      {"media", "video"},
      {"media", ""},
      {"resume_window", "-1s"},
      {"resume_window", "601s"},
      {"max_stream_age", "999ms"},
      {"max_stream_age", "25h"},
      {"max_stream_age", "inf"},
      {"drain_timeout", "-1s"},
      {"drain_timeout", "601s"},
      {"drain_rate", "0"},
      {"drain_rate", "1000001"},
      {"max_offers", "0"},
      {"max_offers", "1001"},
      {"room_empty_timeout", "0"},
      {"room_empty_timeout", "24h1s"},
      {"offer_ttl", "999ms"},
      {"offer_ttl", "inf"},
      {"claim_lease", "-1s"},
      {"claim_lease", "301s"},
      {"stun_urls", "turn:a"},
      {"stun_urls", "stun:a,stun:b:0"},
      {"turn_urls", "stun:a"},
      {"turn_urls", "turn:a"},
      {"turn_secret_file", "/x"},
      {"turn_ttl", "9s"},
      {"turn_ttl", "25h"},
      {"log_level", "loud"},
      {"link_flush_interval", "101ms"},
  };
  for (const auto& [flag, value] : cases) {
    const auto config = With(flag, value);
    ASSERT_FALSE(config.ok()) << flag << "=" << value;
    EXPECT_NE(std::string(config.status().message()).find(flag), std::string::npos)
        << config.status();
  }
}

}  // namespace
}  // namespace signaling
