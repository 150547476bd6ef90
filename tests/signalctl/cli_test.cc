// Command lines that need no service: help, mistakes, the environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "services/signalctl/command_tree.h"
#include "services/signalctl/commands/commands.h"
#include "tests/signalctl/run.h"

namespace signaling::ctl {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Complaint(const std::vector<std::string>& words) {
  const Ran ran = RunSignalctl(words);
  EXPECT_EQ(ran.code, 2) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith("signalctl: "));
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << "more than one line";
  return ran.err;
}

TEST(CliTest, WhatIsMistypedIsUnderstood) {
  EXPECT_THAT(Complaint({"romos", "list"}), HasSubstr("did you mean rooms?"));
  EXPECT_THAT(Complaint({"rooms", "lst"}),
              HasSubstr("rooms lst: unknown command; did you mean list?"));
  EXPECT_THAT(Complaint({"rooms", "list", "--ouput", "json"}), HasSubstr("did you mean --output?"));
  EXPECT_THAT(Complaint({"rooms", "create", "r", "--lock"}), HasSubstr("did you mean --locked?"));
  EXPECT_THAT(Complaint({"completion", "bahs"}), HasSubstr("did you mean bash?"));
  EXPECT_THAT(Complaint({"kubectl"}), EndsWith("kubectl: unknown command; see signalctl --help\n"));
}

TEST(CliTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(Complaint({}), HasSubstr("a command is missing: one of rooms, participants"));
  EXPECT_THAT(Complaint({"rooms"}), HasSubstr("a command is missing: one of list, get"));
  EXPECT_THAT(Complaint({"rooms", "get"}), HasSubstr("ROOM is required"));
  EXPECT_THAT(Complaint({"rooms", "list", "--limit"}), HasSubstr("--limit needs a value"));
  EXPECT_THAT(Complaint({"token", "check", "f"}), HasSubstr("--audience is required"));
  EXPECT_THAT(Complaint({"rooms", "get", "a", "b"}), HasSubstr("b: one word too many"));
}

TEST(CliTest, ValuesAreRead) {
  EXPECT_THAT(Complaint({"--output", "yaml", "version"}),
              HasSubstr("--output yaml is none of table, json"));
  EXPECT_THAT(Complaint({"--timeout", "10", "version"}),
              HasSubstr("--timeout 10 is not a duration"));
  EXPECT_THAT(Complaint({"--timeout=-1s", "version"}), HasSubstr("is negative"));
  EXPECT_THAT(Complaint({"rooms", "list", "--limit", "-1"}),
              HasSubstr("--limit -1 is not a number"));
  EXPECT_THAT(Complaint({"--limit=1", "version"}), HasSubstr("--limit: unknown option"));
  EXPECT_THAT(Complaint({"--timeout=1s", "--timeout=2s", "version"}),
              HasSubstr("--timeout is given more than once"));
}

TEST(CliTest, WhatCannotBeSaidInJsonIsRefused) {
  EXPECT_THAT(Complaint({"rooms", "create", "\xff"}), HasSubstr("ROOM \xef\xbf\xbd is not UTF-8"));
  EXPECT_THAT(Complaint({"participants", "kick", "r", "c", "--reason=\xc3"}),
              HasSubstr("is not UTF-8"));
  EXPECT_THAT(Complaint({"token", "create", "--sub=a", "--aud=b", "--grants=join", "--name=\xff"}),
              HasSubstr("is not UTF-8"));
  // A file's name may be anything.
  EXPECT_THAT(Complaint({"rooms", "list", "--token-file=/no/\xff"}),
              HasSubstr("No such file or directory"));
}

TEST(CliTest, NoTimeIsTooShort) {
  EXPECT_THAT(Complaint({"--timeout=0", "rooms", "list"}), HasSubstr("--timeout 0"));
}

TEST(CliTest, WhatIsNoAddressIsNotAskedFor) {
  const auto complaint = [](const char* service) {
    return Complaint({"rooms", "list", "--service", service});
  };
  EXPECT_THAT(complaint("127.0.0.1"), HasSubstr("a port is missing"));
  EXPECT_THAT(complaint(":50051"), HasSubstr("a host is missing"));
  EXPECT_THAT(complaint("http://h:50051"), HasSubstr("without a scheme"));
  EXPECT_THAT(complaint("::1:50051"), HasSubstr("in brackets"));
  for (const char* service : {"h:", "h:0", "h:65536", "h:4294967297", "h:grpc", "h:-1"}) {
    EXPECT_THAT(complaint(service), HasSubstr("a number from 1 to 65535")) << service;
  }
}

TEST(CliTest, AnIdMayBeginWithADash) {
  EXPECT_THAT(Complaint({"offers", "get", "-J5UHj2oXKzkGfq0rVTm1B"}),
              HasSubstr("stands behind --"));
}

TEST(CliTest, OptionsAreTakenBeforeAndAfterTheCommand) {
  const std::string wanted = "{\"version\":";
  EXPECT_THAT(RunSignalctl({"-o", "json", "version"}).out, StartsWith(wanted));
  EXPECT_THAT(RunSignalctl({"version", "-o", "json"}).out, StartsWith(wanted));
  EXPECT_THAT(RunSignalctl({"version", "--output=json"}).out, StartsWith(wanted));
}

TEST(CliTest, TheEnvironmentSaysTheSameAndTheCommandLineIsStronger) {
  setenv("SIGNALCTL_OUTPUT", "json", 1);
  EXPECT_THAT(RunSignalctl({"version"}).out, StartsWith("{"));
  EXPECT_THAT(RunSignalctl({"version", "-o", "table"}).out, testing::Not(StartsWith("{")));
  setenv("SIGNALCTL_OUTPUT", "yaml", 1);
  EXPECT_THAT(Complaint({"version"}), HasSubstr("yaml"));
  unsetenv("SIGNALCTL_OUTPUT");
}

TEST(CliTest, ThereIsNoWayToWriteATokenOnACommandLine) {
  EXPECT_THAT(Complaint({"--token", "eyJ", "rooms", "list"}), HasSubstr("--token: unknown option"));
}

TEST(CliTest, HelpIsThereForEveryCommandAndTeaches) {
  CommandTree tree({.name = "signalctl", .summary = "Root."});
  AddCommands(tree);
  int commands = 0;
  const std::function<void(const Node&, std::vector<std::string>)> check =
      [&](const Node& node, std::vector<std::string> words) {
        words.emplace_back("--help");
        const Ran ran = RunSignalctl(words);
        EXPECT_EQ(ran.code, 0) << ran.err;
        EXPECT_EQ(ran.err, "");
        words.pop_back();
        if (node.commands.empty()) {
          ++commands;
          EXPECT_THAT(ran.out, StartsWith(std::string(node.info.summary)));
          EXPECT_THAT(ran.out, HasSubstr(node.path)) << "an example";
          EXPECT_THAT(std::string(node.info.summary), EndsWith("."));
          EXPECT_THAT(std::string(node.info.example), HasSubstr("signalctl "));
        }
        for (const auto& command : node.commands) {
          EXPECT_THAT(ran.out, HasSubstr("  " + command->name));
          std::vector<std::string> below = words;
          below.push_back(command->name);
          check(*command, below);
        }
      };
  check(tree.nodes(), {});
  EXPECT_GE(commands, 17);
}

TEST(CliTest, AConnectionNeedsWhatBelongsTogether) {
  EXPECT_THAT(Complaint({"rooms", "list", "--service", "nowhere"}), HasSubstr("a port is missing"));
  EXPECT_THAT(Complaint({"rooms", "list", "--cert", "x"}),
              HasSubstr("--cert and --key belong together"));
  EXPECT_THAT(Complaint({"rooms", "list", "--server-name", "x"}), HasSubstr("give --ca FILE"));
  EXPECT_THAT(Complaint({"rooms", "list", "--ca", "/nowhere"}), HasSubstr("--ca: /nowhere"));
  EXPECT_THAT(Complaint({"rooms", "list", "--token-file", "/nowhere"}),
              HasSubstr("--token-file: /nowhere"));
  EXPECT_THAT(Complaint({"rooms", "update", "r"}), HasSubstr("nothing to change"));
}

TEST(CliTest, ATokenThatGoesWithoutTlsIsWarnedOfUnlessItStaysHere) {
  setenv("SIGNALCTL_TOKEN", "a.b.c", 1);
  const Ran far = RunSignalctl({"call", "ws://gateway.invalid:8765", "--timeout", "200ms"});
  const Ran tls = RunSignalctl({"call", "wss://gateway.invalid:8765", "--timeout", "200ms"});
  const Ran here = RunSignalctl({"call", "ws://127.0.0.1:1", "--timeout", "200ms"});
  unsetenv("SIGNALCTL_TOKEN");
  EXPECT_NE(far.err.find("without TLS"), std::string::npos) << far.err;
  EXPECT_EQ(tls.err.find("without TLS"), std::string::npos) << tls.err;
  EXPECT_EQ(here.err.find("without TLS"), std::string::npos) << here.err;
}

}  // namespace
}  // namespace signaling::ctl
