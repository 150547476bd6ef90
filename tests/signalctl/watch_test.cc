// events watch: what it prints, and that a broken stream loses and repeats nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/signalctl/fake_service.h"
#include "tests/signalctl/run.h"
#include "tests/support/kept_port.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::WatchEventsResponse Opened(int number) {
  v1::WatchEventsResponse response;
  response.set_cursor(absl::StrCat("c", number));
  response.mutable_event()->mutable_event_time()->set_seconds(number);
  response.mutable_event()->mutable_room_opened()->set_room(absl::StrCat("room", number));
  return response;
}

v1::WatchEventsResponse Cursor(const std::string& cursor) {
  v1::WatchEventsResponse response;
  response.set_cursor(cursor);
  return response;
}

TEST(EventsWatchTest, ABrokenStreamIsResumedBehindTheLastEvent) {
  FakeService service;
  std::vector<std::string> cursors;
  service.watch_events = [&](const auto& request, auto* writer) {
    cursors.push_back(request.cursor());
    const int from = request.cursor().empty() ? 0 : std::atoi(request.cursor().c_str() + 1);
    writer->Write(Cursor(absl::StrCat("c", from)));
    for (int number = from + 1; number <= from + 2; ++number) writer->Write(Opened(number));
    return Refusal(grpc::StatusCode::UNAVAILABLE, "this server is going away", "DRAINING");
  };
  const Ran ran = RunSignalctl(
      {"--service", service.address(), "events", "watch", "-o", "json", "--count", "5"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(cursors, ElementsAre("", "c2", "c4"));
  std::vector<std::string> rooms;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) rooms.push_back(line.substr(0, 14));
  EXPECT_THAT(rooms, ElementsAre("{\"cursor\":\"c0\"", "{\"cursor\":\"c1\"", "{\"cursor\":\"c2\"",
                                 "{\"cursor\":\"c3\"", "{\"cursor\":\"c4\"", "{\"cursor\":\"c5\""));
  EXPECT_THAT(ran.err, HasSubstr("goes on where it was"));
}

TEST(EventsWatchTest, LinesForPeople) {
  FakeService service;
  service.watch_events = [&](const auto&, auto* writer) {
    writer->Write(Cursor("c0"));
    v1::WatchEventsResponse response = Opened(1);
    auto* changed = response.mutable_event()->mutable_offer_changed();
    changed->set_offer_id("o1");
    changed->set_state(v1::OFFER_STATE_QUEUED);
    changed->set_client_id("ann\x1b");
    changed->set_claimer_client_id("bob");
    changed->set_reason(v1::OFFER_REASON_LEASE_EXPIRED);
    writer->Write(response);
    return grpc::Status::OK;
  };
  const Ran ran = RunSignalctl({"--service", service.address(), "events", "watch", "--count", "1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out.substr(12),
            "  offer_changed        o1  queued  of ann\\u001b, claimed by bob (lease_expired)\n");
  EXPECT_EQ(ran.err, "signalctl: watching from cursor c0\n");
}

TEST(EventsWatchTest, WhatTheServiceRefusesIsNotTriedAgain) {
  FakeService service;
  int calls = 0;
  service.watch_events = [&](const auto&, auto*) {
    ++calls;
    return Refusal(grpc::StatusCode::OUT_OF_RANGE, "the log has gone past the cursor",
                   "CURSOR_EXPIRED");
  };
  const Ran ran =
      RunSignalctl({"--service", service.address(), "events", "watch", "--cursor", "c9"});
  EXPECT_EQ(ran.code, 6);
  EXPECT_THAT(ran.err, HasSubstr("CURSOR_EXPIRED"));
  EXPECT_EQ(calls, 1);
}

TEST(EventsWatchTest, GivesUpWhereNobodyIs) {
  FakeService service;
  const KeptPort kept(service.port());
  service.Stop();
  EXPECT_EQ(RunSignalctl({"--service", service.address(), "events", "watch"}).code, 3);
}

}  // namespace
}  // namespace signaling::ctl
