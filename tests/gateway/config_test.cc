#include "gateway/config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/configured.h"

namespace signaling::gateway {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Config> With(const Values& values) { return Configured<Config>(values); }

std::string Refusal(const Values& values) { return std::string(With(values).status().message()); }

TEST(ConfigTest, TheDefaultsAreThoseOfTheStruct) {
  Config config;
  Settings settings;
  Declare(config, settings);
  EXPECT_TRUE(Validate(&config).ok());
  // Others rely on these.
  for (const auto& [name, text] : Values{{"address", "127.0.0.1"},
                                         {"port", "8765"},
                                         {"internal_port", "8766"},
                                         {"service", "127.0.0.1:50051"},
                                         {"max_connections", "10"},
                                         {"timeout", "30s"},
                                         {"handshake_timeout", "10s"},
                                         {"default_room", "lobby"},
                                         {"allowed_origins", ""},
                                         {"allow_anonymous", "false"},
                                         {"allow_query_token", "false"},
                                         {"trusted_proxies", ""},
                                         {"rate_limits", "default"},
                                         {"max_message_bytes", "65536"},
                                         {"max_json_depth", "16"},
                                         {"link_flush_interval", "1ms"},
                                         {"io_threads", "1"},
                                         {"drain_timeout", "25s"},
                                         {"drain_rate", "500"},
                                         {"log_level", "info"}}) {
    EXPECT_EQ(settings.Find(name)->default_text(), text) << name;
  }
}

TEST(ConfigTest, EachSettingReachesItsMember) {
  EXPECT_EQ(With({{"address", "::1"}})->address, "::1");
  EXPECT_EQ(With({{"port", "0"}})->port, 0);
  EXPECT_EQ(With({{"internal_port", "65535"}})->internal_port, 65535);
  EXPECT_EQ(With({{"service", "dns:///a:1"}})->service, "dns:///a:1");
  const auto access = With({{"service_ca", "ca"},
                            {"service_cert", "cert"},
                            {"service_key", "key"},
                            {"service_name", "name"},
                            {"service_token_file", "token"}});
  ASSERT_TRUE(access.ok()) << access.status();
  EXPECT_EQ(access->service_ca, "ca");
  EXPECT_EQ(access->service_cert, "cert");
  EXPECT_EQ(access->service_key, "key");
  EXPECT_EQ(access->service_name, "name");
  EXPECT_EQ(access->service_token_file, "token");
  EXPECT_EQ(With({{"tls_cert", "c"}, {"tls_key", "k"}})->tls_cert, "c");
  EXPECT_EQ(With({{"tls_cert", "c"}, {"tls_key", "k"}})->tls_key, "k");
  EXPECT_TRUE(With({{"allow_anonymous", "true"}})->allow_anonymous);
  EXPECT_TRUE(With({{"allow_query_token", "yes"}})->allow_query_token);
  EXPECT_EQ(With({{"allowed_origins", "https://a,*"}})->allowed_origins,
            (std::vector<std::string>{"https://a", "*"}));
  EXPECT_FALSE(With({{"trusted_proxies", "10.0.0.0/8"}})->trusted_proxies.empty());
  EXPECT_EQ(With({{"rate_limits", "candidate=7"}})->rate_limits.candidate, 7);
  EXPECT_EQ(With({{"max_connections", "1000000"}})->max_connections, 1'000'000U);
  EXPECT_EQ(With({{"timeout", "24h"}})->timeout, absl::Hours(24));
  EXPECT_EQ(With({{"handshake_timeout", "100ms"}})->handshake_timeout, absl::Milliseconds(100));
  EXPECT_EQ(With({{"default_room", "a"}})->default_room, "a");
  EXPECT_EQ(With({{"max_message_bytes", "1024"}})->max_message_bytes, 1024U);
  EXPECT_EQ(With({{"max_json_depth", "128"}})->max_json_depth, 128);
  EXPECT_EQ(With({{"io_threads", "64"}})->io_threads, 64);
  EXPECT_EQ(With({{"link_flush_interval", "0"}})->link_flush_interval, absl::ZeroDuration());
  EXPECT_EQ(With({{"drain_timeout", "10m"}})->drain_timeout, absl::Minutes(10));
  EXPECT_EQ(With({{"drain_rate", "1"}})->drain_rate, 1);
  EXPECT_EQ(With({{"log_level", "error"}})->log_level, log::Level::kError);
}

TEST(ConfigTest, NamesWhatCannotBe) {
  const std::pair<const char*, Values> cases[] = {
      {"--address", {{"address", "localhost"}}},
      {"--address", {{"address", "0.0.0.0"}}},
      {"--port", {{"port", "65536"}}},
      {"--internal_port", {{"internal_port", "-1"}}},
      {"--service", {{"service", ""}}},
      {"--service", {{"service", "a:1,a:1"}}},
      {"--service_cert", {{"service_ca", "a"}, {"service_cert", "a"}}},
      {"--service_cert", {{"service_ca", "a"}, {"service_key", "a"}}},
      {"--service_cert", {{"service_cert", "a"}, {"service_key", "a"}}},
      {"--service_name", {{"service_name", "a"}}},
      {"--max_connections", {{"max_connections", "0"}}},
      {"--max_connections", {{"max_connections", "1000001"}}},
      {"--max_connections", {{"max_connections", "99999999999999999999"}}},
      {"--timeout", {{"timeout", "999ms"}}},
      {"--timeout", {{"timeout", "inf"}}},
      {"--timeout", {{"timeout", "30"}}},
      {"--handshake_timeout", {{"handshake_timeout", "-1s"}}},
      {"--default_room", {{"default_room", "a room"}}},
      {"--allow_anonymous", {{"allow_anonymous", "perhaps"}}},
      {"--allowed_origins", {{"allowed_origins", "a.example"}}},
      {"--allowed_origins", {{"allowed_origins", "https://a.example/"}}},
      {"--allowed_origins", {{"allowed_origins", "https://me@a.example"}}},
      {"--allowed_origins", {{"allowed_origins", "https://a,"}}},
      {"--trusted_proxies", {{"trusted_proxies", "10.0.0.0/33"}}},
      {"--rate_limits", {{"rate_limits", "candidate=0"}}},
      {"--tls_cert", {{"tls_key", "key"}}},
      {"--tls_key", {{"tls_cert", "cert"}}},
      {"--max_message_bytes", {{"max_message_bytes", "100"}}},
      {"--max_message_bytes", {{"max_message_bytes", "1048576"}}},
      {"--max_json_depth", {{"max_json_depth", "1"}}},
      {"--link_flush_interval", {{"link_flush_interval", "1s"}}},
      {"--io_threads", {{"io_threads", "0"}}},
      {"--drain_timeout", {{"drain_timeout", "-1s"}}},
      {"--drain_timeout", {{"drain_timeout", "inf"}}},
      {"--drain_rate", {{"drain_rate", "0"}}},
      {"--log_level", {{"log_level", "loud"}}},
  };
  for (const auto& [flag, values] : cases) {
    EXPECT_EQ(Refusal(values).rfind(flag, 0), 0U) << flag << ": " << Refusal(values);
  }
  EXPECT_EQ(Refusal({{"max_connections", "0"}}),
            "--max_connections=0: must be a whole number, 1 to 1000000");
}

TEST(ConfigTest, OutsideIsReachedOnlyWithAnIdentityForTheServiceOrOnRequest) {
  for (const Values& way :
       {Values{{"allow_anonymous", "true"}}, Values{{"service_token_file", "token"}},
        Values{{"service_ca", "file"}, {"service_cert", "file"}, {"service_key", "file"}}}) {
    Values values = way;
    values.emplace_back("address", "0.0.0.0");
    EXPECT_EQ(Refusal(values), "");
  }
  // It knows the service, but not the service it.
  EXPECT_EQ(Refusal({{"address", "0.0.0.0"}, {"service_ca", "ca"}}),
            "--address=0.0.0.0 is reachable from outside and the service is shown no identity "
            "(--service_token_file or --service_cert); say --allow_anonymous if that is meant");
}

TEST(ConfigTest, ATokenThatLeavesTheMachineUnencryptedIsTold) {
  Config config;
  for (const char* far : {"192.0.2.1:50051", "127.0.0.1:50051,192.0.2.1:50051",
                          "dns:///localhost:1", "service:50051", "[2001:db8::1]:50051"}) {
    config.service = far;
    EXPECT_FALSE(TellsTokenInPlaintext(config)) << "there is none";
    config.service_token_file = "token";
    EXPECT_TRUE(TellsTokenInPlaintext(config)) << far;
    config.service_ca = "ca";
    EXPECT_FALSE(TellsTokenInPlaintext(config)) << far;
    config.service_ca = config.service_token_file = "";
  }
  config.service_token_file = "token";
  for (const char* here : {"127.0.0.1:50051", "localhost:50051", "[::1]:50051,127.0.0.2:1"}) {
    config.service = here;
    EXPECT_FALSE(TellsTokenInPlaintext(config)) << here;
  }
}

}  // namespace
}  // namespace signaling::gateway
