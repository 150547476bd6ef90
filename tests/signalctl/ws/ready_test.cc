// signalctl ready, against a real internal port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/common/internal_server.h"
#include "tests/signalctl/run.h"
#include "tests/support/kept_port.h"

namespace signaling::ctl {
namespace {

using ::testing::HasSubstr;

class ReadyTest : public ::testing::Test {
 protected:
  ReadyTest() {
    auto server = InternalServer::Start({.address = "127.0.0.1",
                                         .port = 0,
                                         .healthy = [] { return absl::OkStatus(); },
                                         .ready = [this] { return ready_; }},
                                        {});
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    url_ = absl::StrCat("http://127.0.0.1:", server_->port());
  }

  Ran Ask(const std::string& output = "table") {
    return RunSignalctl({"ready", url_, "-o", output, "--timeout", "10s"});
  }

  // Set before it is asked, and not while.
  absl::Status ready_;
  std::unique_ptr<InternalServer> server_;
  std::string url_;
};

TEST_F(ReadyTest, SaysThatItIs) {
  const Ran ran = Ask();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ready\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(Ask("json").out, "{\"ready\":true}\n");
}

TEST_F(ReadyTest, SaysWhyItIsNot) {
  ready_ = absl::UnavailableError("no service\x1b[31m");
  const Ran ran = Ask();
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "not ready: no service\\u001b[31m\n");
  EXPECT_EQ(ran.err, "");
  const Ran json = Ask("json");
  EXPECT_EQ(json.code, 1);
  EXPECT_EQ(json.out, "{\"ready\":false,\"reason\":\"no service\\u001b[31m\"}\n");
}

TEST_F(ReadyTest, NobodyAnswers) {
  const int port = server_->port();
  server_.reset();
  const KeptPort kept(port);
  const Ran ran = Ask();
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("/readyz: Connection refused"));
}

TEST_F(ReadyTest, WhatIsNoUrlOfAnInternalPort) {
  for (const char* url : {"https://127.0.0.1:8766", "127.0.0.1:x", "http://a:b@c"}) {
    EXPECT_EQ(RunSignalctl({"ready", url}).code, 2) << url;
  }
  EXPECT_EQ(RunSignalctl({"ready"}).code, 2);
}

}  // namespace
}  // namespace signaling::ctl
