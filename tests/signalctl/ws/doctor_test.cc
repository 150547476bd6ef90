// What the doctor reads: greetings, metrics, logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "services/signalctl/doctor/greeting.h"
#include "services/signalctl/doctor/log_lines.h"
#include "services/signalctl/doctor/metrics_text.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

json::object Connected() {
  return json::
      parse(R"({"type":"connected","client_id":"c","session_id":"s","resume_token":"t","resumed":false,
    "last_id":0,"ice_servers":[{"urls":["stun:h"]}],"ice_transport_policy":"all","ping_interval_ms":10000,
    "timeout_ms":30000,"resume_window_ms":0,"limits":{"max_message_bytes":1,"max_metadata_bytes":1,
    "max_app_message_bytes":1,"max_json_depth":1,"max_offer_candidates":1},"features":[]})")
          .as_object();
}

TEST(GreetingTest, AGoodOneHasNoFault) { EXPECT_THAT(FaultsOfConnected(Connected()), IsEmpty()); }

TEST(GreetingTest, EachFieldIsLookedAt) {
  const json::object good = Connected();
  for (const auto& [name, value] : good) {
    if (name == "type") continue;
    json::object without = good;
    without.erase(name);
    EXPECT_THAT(FaultsOfConnected(without), ElementsAre(HasSubstr("missing"))) << name;
    json::object wrong = good;
    wrong[name] = -1.5;
    EXPECT_THAT(FaultsOfConnected(wrong), ElementsAre(HasSubstr("has to be"))) << name;
  }
}

TEST(GreetingTest, OptionalFieldsMayBeThereAndThenCount) {
  json::object message = Connected();
  message["token_expires_at"] = "2026-01-31T12:00:00.000Z";
  EXPECT_THAT(FaultsOfConnected(message), IsEmpty());
  message["token_expires_at"] = "tomorrow";
  EXPECT_THAT(FaultsOfConnected(message), SizeIs(1));
  message = Connected();
  message["limits"].as_object().erase("max_json_depth");
  EXPECT_THAT(FaultsOfConnected(message), SizeIs(1));
}

TEST(MetricsTextTest, TheBiggestTroubleComesFirst) {
  const auto samples = ReadSamples(
      "# HELP signaling_errors_total x\n"
      "# TYPE signaling_errors_total counter\n"
      "signaling_errors_total{code=\"room_full\"} 2\n"
      "signaling_errors_total{code=\"internal\"} 0\n"
      "signaling_closes_total{code=\"1000\",side=\"client\"} 99\n"
      "signaling_closes_total{code=\"4501\",side=\"server\"} 3\n"
      "signaling_link_breaks_total 7\n"
      "signaling_resumes_total{result=\"resumed\"} 50\n"
      "signaling_connections 12\n"
      "\n"
      "no sample\n");
  EXPECT_THAT(samples, SizeIs(7));
  const auto troubles = Troubles(samples);
  ASSERT_THAT(troubles, SizeIs(3));
  EXPECT_EQ(troubles[0].name, "signaling_link_breaks_total");
  EXPECT_EQ(troubles[0].value, 7);
  EXPECT_EQ(troubles[1].name, "signaling_closes_total{code=\"4501\",side=\"server\"}");
  EXPECT_EQ(troubles[2].name, "signaling_errors_total{code=\"room_full\"}");
}

TEST(LogLinesTest, TroublesAndOwnLines) {
  const LogFindings found = FindInLog(
      "{\"time\":\"1\",\"level\":\"info\",\"event\":\"ready\"}\n"
      "garbage\n"
      "{\"time\":\"2\",\"level\":\"error\",\"event\":\"bad\",\"error\":\"why\"}\n"
      "{\"time\":\"3\",\"level\":\"info\",\"event\":\"session_end\",\"session_id\":\"mine\","
      "\"close_code\":1000}\n"
      "{\"time\":\"4\",\"level\":\"info\",\"event\":\"x\",\"traceparent\":\"00-a\",\"reason\":\"\"}"
      "\n"
      "{\"time\":\"5\",\"level\":\"info\",\"event\":\"session_end\",\"session_id\":\"other\"}\n",
      {"mine"}, "00-a");
  EXPECT_EQ(found.lines, 5U);
  EXPECT_THAT(found.troubles, ElementsAre("2 error bad error=\"why\""));
  EXPECT_THAT(found.own,
              ElementsAre("3 info session_end session_id=\"mine\" close_code=1000", "4 info x"));
}

TEST(LogLinesTest, TheLastTen) {
  std::string text;
  for (int i = 0; i < 25; ++i) {
    text += "{\"level\":\"warning\",\"time\":\"" + std::to_string(i) + "\"}\n";
  }
  const LogFindings found = FindInLog(text, {}, "");
  ASSERT_THAT(found.troubles, SizeIs(10));
  EXPECT_THAT(found.troubles.front(), HasSubstr("15"));
  EXPECT_THAT(found.troubles.back(), HasSubstr("24"));
}

TEST(LogLinesTest, OfALargeFileTheEndFromTheBeginOfALine) {
  const std::string path = ::testing::TempDir() + "large.log" + std::to_string(getpid());
  std::ofstream(path) << std::string(std::size_t{2} << 20, 'x') << "\nfirst\nlast\n";
  EXPECT_EQ(*ReadEnd(path), "first\nlast\n");
  std::ofstream(path) << "only\n";
  EXPECT_EQ(*ReadEnd(path), "only\n");
  EXPECT_FALSE(ReadEnd(path + ".none").ok());
}

TEST(ReadEndTest, TakesAPipe) {
  const std::string path = testing::TempDir() + "signalctl_pipe" + std::to_string(getpid());
  std::remove(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream pipe(path);
    pipe << "first\n";
    for (int i = 0; i < 5 << 10; ++i) pipe << std::string(1023, 'x') << "\n";
    pipe << "last\n";
  });
  const absl::StatusOr<std::string> text = ReadEnd(path);
  writer.join();
  std::remove(path.c_str());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_LE(text->size(), std::size_t{1} << 20);
  EXPECT_GT(text->size(), (std::size_t{1} << 20) - 2048);
  EXPECT_TRUE(text->starts_with("xxx"));
  EXPECT_EQ(text->find('\n'), 1023U) << "not from the begin of a line on";
  EXPECT_TRUE(text->ends_with("x\nlast\n"));
}

TEST(ReadEndTest, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(std::string(ReadEnd("/no/such").status().message()), HasSubstr("No such file"));
  EXPECT_THAT(std::string(ReadEnd(testing::TempDir()).status().message()),
              HasSubstr("neither a file nor a pipe"));
  EXPECT_THAT(std::string(ReadEnd("/dev/zero").status().message()),
              HasSubstr("neither a file nor a pipe"));
}

}  // namespace
}  // namespace signaling::ctl
