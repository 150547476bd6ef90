#include "services/common/config_sources.h"

#include <gtest/gtest.h>

#include "services/common/config_file.h"
#include "services/common/config_text.h"

namespace signaling {
namespace {

struct Config {
  int port = 1;
  bool open = false;
  std::string service = "a";
  std::vector<std::string> list;
};

void Declare(Config& config, Settings& settings) {
  settings.Add("port", &config.port, {0, 65535}, "the port");
  settings.Add("open", &config.open, "whether it is open");
  settings.Add("service", &config.service, "whose it is; `x | y`");
  settings.Add("list", &config.list, "some").Reloads();
}

class ConfigSourcesTest : public ::testing::Test {
 protected:
  ConfigSourcesTest() { Declare(config_, settings_); }

  absl::StatusOr<CommandLine> Read(std::vector<const char*> flags,
                                   std::vector<const char*> environment = {}) {
    flags.insert(flags.begin(), "program");
    environment.push_back(nullptr);
    return ReadCommandLine(settings_, static_cast<int>(flags.size()), flags.data(),
                           environment.data());
  }
  std::string Refusal(std::vector<const char*> flags, std::vector<const char*> environment = {}) {
    return std::string(Read(std::move(flags), std::move(environment)).status().message());
  }
  absl::Status Set(std::vector<const char*> flags, std::vector<const char*> environment,
                   const std::string& file = "") {
    auto line = Read(std::move(flags), std::move(environment));
    if (!line.ok()) return line.status();
    return ReadSources(line->sources, file, &settings_);
  }

  Config config_;
  Settings settings_;
};

TEST_F(ConfigSourcesTest, FlagsComeBeforeTheEnvironmentAndThatBeforeTheFile) {
  const std::string file = "port: 2\nservice: b\nlist: [f]\n";
  ASSERT_TRUE(
      Set({"--config=/f", "--port=4"}, {"SIGNALING_PORT=3", "SIGNALING_SERVICE=c"}, file).ok());
  EXPECT_EQ(config_.port, 4);
  EXPECT_EQ(config_.service, "c");
  EXPECT_EQ(config_.list, std::vector<std::string>{"f"});
  EXPECT_EQ(settings_.Find("port")->where(), "--port");
  EXPECT_EQ(settings_.Find("service")->where(), "SIGNALING_SERVICE");
  EXPECT_EQ(settings_.Find("list")->where(), "/f:3");
  EXPECT_EQ(settings_.Find("open")->where(), "");
}

TEST_F(ConfigSourcesTest, AValueThatAnotherTakesPrecedenceOfHasToBeGoodToo) {
  EXPECT_EQ(Set({"--port=4"}, {"SIGNALING_PORT=x"}).message(),
            "SIGNALING_PORT=x: must be a whole number, 0 to 65535");
  EXPECT_EQ(Set({"--config=/f", "--port=4"}, {}, "open: true\nport: x\n").message(),
            "/f:2: port=x: must be a whole number, 0 to 65535");
}

TEST_F(ConfigSourcesTest, FlagsAreReadAsUsual) {
  ASSERT_TRUE(Set({"--port", "5", "--open", "--list=a,b", "--service", "--port"}, {}).ok());
  EXPECT_EQ(config_.port, 5);
  EXPECT_TRUE(config_.open);
  EXPECT_EQ(config_.service, "--port");
  ASSERT_TRUE(Set({"--noopen", "--port=1", "--port=2", "--list="}, {}).ok());
  EXPECT_FALSE(config_.open);
  EXPECT_EQ(config_.port, 2) << "the last one";
  EXPECT_TRUE(config_.list.empty());
}

TEST_F(ConfigSourcesTest, WhatIsNoFlagIsRefused) {
  EXPECT_EQ(Refusal({"word"}), "word: not a flag; see --help");
  EXPECT_EQ(Refusal({"-p"}), "-p: not a flag; see --help");
  EXPECT_EQ(Refusal({"--"}), "--: unknown flag; see --help");
  EXPECT_EQ(Refusal({"--none=secret"}), "--none: unknown flag; see --help");
  EXPECT_EQ(Refusal({"--noport"}), "--noport: unknown flag; see --help");
  EXPECT_EQ(Refusal({"--noopen=true"}), "--noopen: unknown flag; see --help");
  EXPECT_EQ(Refusal({"--port"}), "--port: needs a value");
  EXPECT_EQ(Refusal({"--config"}), "--config: needs a value");
  EXPECT_EQ(Refusal({"--check_config=yes"}), "--check_config: unknown flag; see --help");
}

TEST_F(ConfigSourcesTest, WhatIsNoVariableOfOursIsRefused) {
  const std::string why =
      ": unknown variable: each flag of --help has one, SIGNALING_ and its name";
  for (const char* name : {"SIGNALING_NONE", "SIGNALING_", "SIGNALING_Port", "SIGNALING_port",
                           "SIGNALING_CHECK_CONFIG", "SIGNALING_HELP", "SIGNALING_NOOPEN",
                           "SIGNALING_SERVICE_HOSTS", "SIGNALING_PORT_X_TCP"}) {
    EXPECT_EQ(Refusal({}, {(std::string(name) + "=1").c_str()}), name + why);
    EXPECT_EQ(Refusal({}, {name}), name + why) << "without a value";
  }
  EXPECT_EQ(Refusal({}, {"SIGNALING_NONE=secret"}).find("secret"), std::string::npos);
  EXPECT_EQ(Refusal({}, {"SIGNALINGX=1", "SIGNALCTL_URL=a", "PORT=1", "=", ""}), "");
}

TEST_F(ConfigSourcesTest, LinksOfKubernetesServicesConfigureNothing) {
  // As a cluster sets them for Services called signaling, signaling-service and signaling-internal.
  const auto line = Read(
      {}, {"SIGNALING_SERVICE_HOST=10.0.0.1", "SIGNALING_SERVICE_PORT=50051",
           "SIGNALING_SERVICE_PORT_GRPC=50051", "SIGNALING_PORT=tcp://10.0.0.1:50051",
           "SIGNALING_PORT_50051_TCP=tcp://10.0.0.1:50051", "SIGNALING_PORT_50051_TCP_PROTO=tcp",
           "SIGNALING_PORT_50051_TCP_PORT=50051", "SIGNALING_PORT_50051_TCP_ADDR=10.0.0.1",
           "SIGNALING_SERVICE_SERVICE_HOST=10.0.0.2", "SIGNALING_SERVICE_SERVICE_PORT=1",
           "SIGNALING_SERVICE_PORT=tcp://10.0.0.2:1", "SIGNALING_SERVICE_PORT_1_UDP_ADDR=10.0.0.2",
           "SIGNALING_INTERNAL_PORT=udp://10.0.0.3:5"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_TRUE(line->sources.environment.empty());
  EXPECT_EQ(line->sources.service_links.size(), 13U);
  // These are meant for us.
  const auto ours = Read({}, {"SIGNALING_PORT=1", "SIGNALING_SERVICE=tcp"});
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_TRUE(ours->sources.service_links.empty());
  EXPECT_EQ(ours->sources.environment.size(), 2U);
}

TEST_F(ConfigSourcesTest, TheFileIsNamedByFlagOrVariable) {
  const auto flag = Read({"--config=/a"}, {"SIGNALING_CONFIG=/b"});
  ASSERT_TRUE(flag.ok()) << flag.status();
  EXPECT_EQ(flag->sources.file, "/a");
  EXPECT_EQ(flag->sources.named, "--config");
  const auto variable = Read({}, {"SIGNALING_CONFIG=/none"});
  ASSERT_TRUE(variable.ok()) << variable.status();
  EXPECT_EQ(variable->sources.file, "/none");
  EXPECT_EQ(ReadConfigFile(variable->sources).status().message(),
            "SIGNALING_CONFIG: /none: No such file or directory");
  const auto none = Read({"--config="}, {"SIGNALING_CONFIG=/b"});
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(*ReadConfigFile(none->sources), "");
}

TEST_F(ConfigSourcesTest, CommandsAreFlagsOnly) {
  const std::pair<const char*, Command> cases[] = {{"--help", Command::kHelp},
                                                   {"-h", Command::kHelp},
                                                   {"--help=markdown", Command::kMarkdown},
                                                   {"--version", Command::kVersion},
                                                   {"--check_config", Command::kCheck},
                                                   {"--print_config", Command::kPrint},
                                                   {"--port=1", Command::kRun}};
  for (const auto& [flag, command] : cases) EXPECT_EQ(Read({flag})->command, command) << flag;
  EXPECT_EQ(Read({"--print_config", "--port=2"})->sources.flags.size(), 1U);
  EXPECT_EQ(Read({"--help", "--none"})->command, Command::kHelp);
  EXPECT_EQ(Read({"--none", "--help"}, {"SIGNALING_NONE=1"})->command, Command::kHelp);
  EXPECT_EQ(Read({"--version"}, {"SIGNALING_NONE=1"})->command, Command::kVersion);
  EXPECT_FALSE(Read({"--check_config", "--none"}).ok());
}

TEST_F(ConfigSourcesTest, WhatIsPrintedSaysTheSameAgain) {
  ASSERT_TRUE(
      Set({"--list=a,\"b: [c]\" # d"}, {"SIGNALING_SERVICE=x://me:se:cret@h"}, "open: yes\n").ok());
  const std::string printed = ConfigText(settings_);
  EXPECT_EQ(printed,
            "port: 1  # default\n"
            "open: true  # :1\n"
            "service: \"x://redacted@h\"  # SIGNALING_SERVICE\n"
            "list: [\"a\", \"\\\"b: [c]\\\" # d\"]  # --list\n");
  Config again;
  Settings settings;
  Declare(again, settings);
  ASSERT_TRUE(
      ReadSources({.flags = {}, .environment = {}, .file = "/p", .named = {}, .service_links = {}},
                  printed, &settings)
          .ok());
  EXPECT_EQ(again.port, config_.port);
  EXPECT_EQ(again.open, config_.open);
  EXPECT_EQ(again.list, config_.list);
  EXPECT_EQ(again.service, "x://redacted@h");
}

TEST_F(ConfigSourcesTest, HelpSaysAllOfASetting) {
  const std::string help = HelpText(settings_, "program: what for");
  EXPECT_EQ(help.find("program: what for\n"), 0U);
  EXPECT_NE(help.find("  --list (reloaded)\n      some\n  --open (default: false)\n"),
            std::string::npos)
      << help;
  EXPECT_NE(help.find("  --port (default: 1; 0 to 65535)\n      the port\n"), std::string::npos);
  EXPECT_NE(HelpMarkdown(settings_).find(
                "| `--port` | `SIGNALING_PORT` | `1` | 0 to 65535 | the port |\n"),
            std::string::npos)
      << HelpMarkdown(settings_);
  EXPECT_NE(HelpMarkdown(settings_).find(
                "| `--service` | `SIGNALING_SERVICE` | `a` |  | whose it is; `x \\| y` |\n"),
            std::string::npos);
  EXPECT_NE(
      HelpMarkdown(settings_).find("| `--list` | `SIGNALING_LIST` |  |  | some. **Reloaded** |\n"),
      std::string::npos);
}

}  // namespace
}  // namespace signaling
