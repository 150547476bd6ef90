#include "services/signaling/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/configured.h"

namespace signaling {
namespace {

absl::StatusOr<ServiceConfig> With(const char* name, const char* value) {
  return Configured<ServiceConfig>({{name, value}});
}

TEST(ServiceConfigTest, TheDefaultsAreThoseOfTheEngine) {
  const auto config = Configured<ServiceConfig>({});
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

TEST(ServiceConfigTest, OthersRelyOnTheseDefaults) {
  ServiceConfig config;
  Settings settings;
  Declare(config, settings);
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{"address", "127.0.0.1"},
                                                        {"port", "50051"},
                                                        {"internal_port", "50052"},
                                                        {"engine", "memory"},
                                                        {"max_participants", "5"},
                                                        {"media", "any"},
                                                        {"relay_only", "false"},
                                                        {"room_empty_timeout", "1m"},
                                                        {"offer_ttl", "1h"},
                                                        {"claim_lease", "15s"},
                                                        {"resume_window", "30s"},
                                                        {"max_offers", "50"},
                                                        {"turn_ttl", "1h"},
                                                        {"link_flush_interval", "500us"},
                                                        {"max_stream_age", "1h"},
                                                        {"drain_timeout", "25s"},
                                                        {"drain_rate", "500"},
                                                        {"auth_leeway", "1m"},
                                                        {"token_notice", "30s"},
                                                        {"token_grace", "25s"},
                                                        {"tls_gateway_names", "signaling-gateway"},
                                                        {"tls_admin_names", ""},
                                                        {"allow_anonymous", "false"},
                                                        {"reflection", "true"},
                                                        {"rate_limits", "default"},
                                                        {"log_level", "info"}}) {
    EXPECT_EQ(settings.Find(name)->default_text(), text) << name;
  }
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
  EXPECT_EQ(With("address", "::1")->server.address, "::1");
  EXPECT_EQ(With("port", "1")->server.port, 1);
  EXPECT_EQ(With("internal_port", "2")->internal_port, 2);
  EXPECT_TRUE(With("allow_anonymous", "true")->allow_anonymous);
  EXPECT_EQ(With("rate_limits", "call=7")->server.rate_limits.call, 7);
  EXPECT_EQ(With("stun_urls", "stun:a")->ice.stun_urls, std::vector<std::string>{"stun:a"});
  EXPECT_EQ(With("link_flush_interval", "1ms")->server.flush_interval, absl::Milliseconds(1));
  EXPECT_FALSE(With("reflection", "false")->server.reflection);
  EXPECT_EQ(With("log_level", "debug")->log_level, log::Level::kDebug);
}

TEST(ServiceConfigTest, TokensReachTheirOptions) {
  const auto config = Configured<ServiceConfig>({{"auth_keys", "keys"},
                                                 {"auth_jwks_url", "https://a"},
                                                 {"auth_jwks_ca", "ca"},
                                                 {"auth_audience", "us"},
                                                 {"auth_issuer", "them"},
                                                 {"auth_leeway", "10m"},
                                                 {"token_notice", "1h"},
                                                 {"token_grace", "7s"}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->auth.key_file, "keys");
  EXPECT_EQ(config->auth.jwks_url, "https://a");
  EXPECT_EQ(config->auth.jwks_ca_file, "ca");
  EXPECT_EQ(config->auth.audience, "us");
  EXPECT_EQ(config->auth.issuer, "them");
  EXPECT_EQ(config->auth.leeway, absl::Minutes(10));
  EXPECT_EQ(config->server.token_life.notice, absl::Hours(1));
  EXPECT_EQ(config->server.token_life.grace, absl::Seconds(7));
  EXPECT_EQ(config->engine.token_grace, absl::Seconds(7));
}

TEST(ServiceConfigTest, TurnTakesItsSecretsFromAFile) {
  const std::string path = ::testing::TempDir() + "turn-secrets" + std::to_string(getpid());
  std::ofstream(path) << "first\nsecond\n";
  EXPECT_FALSE(Configured<ServiceConfig>({{"turn_secret_file", path}}).ok()) << "for nothing";
  auto config = Configured<ServiceConfig>({{"turn_secret_file", path},
                                           {"turn_urls", "turn:a,turns:a?transport=tcp"},
                                           {"turn_ttl", "10s"}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->ice.turn_secrets.empty()) << "no file has been read";
  ASSERT_TRUE(ReadFiles(&*config).ok());
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
      {"auth_issuer", "them"},
      {"auth_jwks_ca", "ca"},
      {"auth_leeway", "11m"},
      {"token_notice", "-1s"},
      {"token_grace", "61m"},
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
