#include "gateway/config.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace signaling::gateway {
namespace {

TEST(ConfigTest, TheDefaultsAreValid) { EXPECT_TRUE(Validate(Config()).ok()); }

TEST(ConfigTest, NamesTheFlagThatCannotBe) {
  const std::pair<const char*, std::function<void(Config&)>> cases[] = {
      {"--address", [](Config& c) { c.address = "localhost"; }},
      {"--address", [](Config& c) { c.address = "0.0.0.0"; }},
      {"--service", [](Config& c) { c.service = ""; }},
      {"--service", [](Config& c) { c.service = "a:1,a:1"; }},
      {"--service_cert", [](Config& c) { c.service_ca = c.service_cert = "a"; }},
      {"--service_cert", [](Config& c) { c.service_ca = c.service_key = "a"; }},
      {"--service_cert", [](Config& c) { c.service_cert = c.service_key = "a"; }},
      {"--service_name", [](Config& c) { c.service_name = "a"; }},
      {"--max_connections", [](Config& c) { c.max_connections = 0; }},
      {"--timeout", [](Config& c) { c.timeout = absl::Milliseconds(999); }},
      {"--timeout", [](Config& c) { c.timeout = absl::InfiniteDuration(); }},
      {"--handshake_timeout", [](Config& c) { c.handshake_timeout = -absl::Seconds(1); }},
      {"--default_room", [](Config& c) { c.default_room = "a room"; }},
      {"--allowed_origins", [](Config& c) { c.allowed_origins = {"a.example"}; }},
      {"--allowed_origins", [](Config& c) { c.allowed_origins = {"https://a.example/"}; }},
      {"--tls_cert", [](Config& c) { c.tls_key = "key"; }},
      {"--tls_key", [](Config& c) { c.tls_cert = "cert"; }},
      {"--max_message_bytes", [](Config& c) { c.max_message_bytes = 100; }},
      {"--max_message_bytes", [](Config& c) { c.max_message_bytes = 1 << 20; }},
      {"--max_json_depth", [](Config& c) { c.max_json_depth = 1; }},
      {"--link_flush_interval", [](Config& c) { c.link_flush_interval = absl::Seconds(1); }},
      {"--io_threads", [](Config& c) { c.io_threads = 0; }},
      {"--drain_timeout", [](Config& c) { c.drain_timeout = -absl::Seconds(1); }},
      {"--drain_timeout", [](Config& c) { c.drain_timeout = absl::InfiniteDuration(); }},
      {"--drain_rate", [](Config& c) { c.drain_rate = 0; }},
  };
  for (const auto& [flag, change] : cases) {
    Config config;
    change(config);
    const absl::Status status = Validate(config);
    EXPECT_FALSE(status.ok()) << flag;
    EXPECT_EQ(std::string(status.message()).rfind(flag, 0), 0u) << status;
  }
}

TEST(ConfigTest, OutsideIsReachedOnlyWithAnIdentityForTheServiceOrOnRequest) {
  const std::function<void(Config&)> ways[] = {
      [](Config& c) { c.allow_anonymous = true; },
      [](Config& c) { c.service_token_file = "token"; },
      [](Config& c) { c.service_ca = c.service_cert = c.service_key = "file"; },
  };
  for (const auto& change : ways) {
    Config config;
    config.address = "0.0.0.0";
    change(config);
    EXPECT_TRUE(Validate(config).ok()) << Validate(config);
  }
  Config config;
  config.address = "0.0.0.0";
  config.service_ca = "it knows the service, but not the service it";
  EXPECT_EQ(Validate(config).message(),
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
