// Commands against a service whose answers are decided here: pages, failures, histories.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/signalctl/ws/trace.h"
#include "tests/signalctl/fake_service.h"
#include "tests/signalctl/run.h"
#include "tests/support/kept_port.h"

namespace signaling::ctl {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SignalctlOfficeTest : public ::testing::Test {
 protected:
  Ran Run(std::vector<std::string> words) {
    words.insert(words.begin(), {"--service", service_.address()});
    return RunSignalctl(words);
  }
  // What a status of ListRooms becomes.
  Ran Refused(const grpc::Status& status) {
    service_.list_rooms = [=](auto&, const auto&, auto*) { return status; };
    Ran ran = Run({"rooms", "list"});
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    return ran;
  }

  FakeService service_;
  Duration waited_{};
};

TEST_F(SignalctlOfficeTest, ListsPageThroughEverything) {
  std::vector<std::int32_t> sizes;
  service_.list_rooms = [&](auto&, const auto& request, auto* response) {
    sizes.push_back(request.page_size());
    const int page = request.page_token().empty() ? 0 : std::atoi(request.page_token().c_str());
    for (int i = 0; i < 2; ++i) response->add_rooms()->set_name(absl::StrCat("r", page, i));
    if (page < 2) response->set_next_page_token(absl::StrCat(page + 1));
    return grpc::Status::OK;
  };
  const Ran all = Run({"rooms", "list", "--no-header"});
  EXPECT_EQ(all.code, 0) << all.err;
  for (const char* name : {"r00", "r01", "r10", "r11", "r20", "r21"})
    EXPECT_THAT(all.out, HasSubstr(name));
  EXPECT_THAT(sizes, ElementsAre(1000, 1000, 1000));

  sizes.clear();
  const Ran three = Run({"rooms", "list", "--no-header", "--limit", "4"});
  EXPECT_THAT(three.out, HasSubstr("r11"));
  EXPECT_THAT(three.out, testing::Not(HasSubstr("r20")));
  EXPECT_THAT(sizes, ElementsAre(4, 2));
}

TEST_F(SignalctlOfficeTest, AnEmptyListIsSaidToBeOne) {
  service_.list_rooms = [](auto&, const auto&, auto*) { return grpc::Status::OK; };
  const Ran table = Run({"rooms", "list"});
  EXPECT_EQ(table.code, 0);
  EXPECT_EQ(table.out, "");
  EXPECT_EQ(table.err, "no rooms\n");
  const Ran json = Run({"rooms", "list", "-o", "json"});
  EXPECT_EQ(json.out, "[]\n");
  EXPECT_EQ(json.err, "");
}

TEST_F(SignalctlOfficeTest, ControlCharactersNeverReachTheTerminal) {
  service_.list_rooms = [](auto&, const auto&, auto* response) {
    response->add_rooms()->set_name("a\x1b]0;gotcha\x07");
    return grpc::Status::OK;
  };
  EXPECT_THAT(Run({"rooms", "list"}).out, HasSubstr("a\\u001b]0;gotcha\\u0007"));
  EXPECT_THAT(Run({"rooms", "list", "-o", "json"}).out, HasSubstr("a\\u001b]0;gotcha\\u0007"));
  EXPECT_THAT(Refused({grpc::StatusCode::ABORTED, "x\x1b[2J\ny"}).err,
              HasSubstr("x\\u001b[2J\\u000ay"));
}

TEST_F(SignalctlOfficeTest, WhatChangesSomethingSendsARequestIdEachTimeAnother) {
  std::set<std::string> ids;
  service_.delete_room = [&](auto&, const auto& request, auto* response) {
    EXPECT_EQ(request.request_id().size(), 36u);
    ids.insert(request.request_id());
    response->set_ended_sessions(1);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"rooms", "delete", "lobby"}).out, "ended room lobby and 1 session\n");
  EXPECT_EQ(Run({"rooms", "delete", "lobby", "-o", "json"}).out, "{\n \"ended_sessions\": 1\n}\n");
  EXPECT_EQ(ids.size(), 2u);
  const std::string id = "3d6f4ec9-1a0f-4c21-a58d-4a3a26a2a9b1";
  Run({"rooms", "delete", "lobby", "--request-id", id});
  EXPECT_TRUE(ids.contains(id));
}

TEST_F(SignalctlOfficeTest, TheTokenIsShown) {
  std::string shown;
  service_.list_rooms = [&](auto& call, const auto&, auto*) {
    const auto found = call.client_metadata().find("authorization");
    shown = found == call.client_metadata().end()
                ? ""
                : std::string(found->second.data(), found->second.size());
    return grpc::Status::OK;
  };
  setenv("SIGNALCTL_TOKEN", "a.b.c", 1);
  EXPECT_EQ(Run({"rooms", "list"}).code, 0);
  unsetenv("SIGNALCTL_TOKEN");
  EXPECT_EQ(shown, "Bearer a.b.c");
  EXPECT_EQ(Run({"rooms", "list"}).code, 0);
  EXPECT_EQ(shown, "");
}

TEST_F(SignalctlOfficeTest, ExitCodesAndWhatToDo) {
  Ran ran =
      Refused(Refusal(grpc::StatusCode::NOT_FOUND, "there is no such room", "ROOM_NOT_FOUND"));
  EXPECT_EQ(ran.code, 5);
  EXPECT_EQ(ran.err, "signalctl: there is no such room (ROOM_NOT_FOUND)\n");
  ran = Refused(Refusal(grpc::StatusCode::UNAUTHENTICATED, "a token is needed", "UNAUTHENTICATED"));
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("--token-file FILE"));
  ran = Refused(Refusal(grpc::StatusCode::PERMISSION_DENIED, "no", "PERMISSION_DENIED"));
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("the grant admin"));
  ran = Refused(Refusal(grpc::StatusCode::UNAVAILABLE, "this server is going away", "DRAINING"));
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("DRAINING"));
  ran = Refused(Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls", "RATE_LIMITED"));
  EXPECT_EQ(ran.code, 6);
  ran = Refused({grpc::StatusCode::CANCELLED, "CANCELLED"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("it goes away"));
  ran = Refused({grpc::StatusCode::UNIMPLEMENTED, ""});
  EXPECT_EQ(ran.code, 6);
  EXPECT_THAT(ran.err, HasSubstr("older than this signalctl"));
}

TEST_F(SignalctlOfficeTest, WhoDoesNotAnswerIsNotWaitedForLongerThanAsked) {
  service_.list_rooms = [](auto& call, const auto&, auto*) {
    while (!call.IsCancelled()) std::this_thread::yield();
    return grpc::Status::OK;
  };
  const Ran ran = Run({"rooms", "list", "--timeout", "1s"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("within 1s"));
}

TEST_F(SignalctlOfficeTest, APageMayBeLongerThanGrpcTakesByDefault) {
  service_.list_rooms = [](auto&, const auto&, auto* response) {
    for (int i = 0; i < 5; ++i) response->add_rooms()->set_name(std::string(1 << 20, 'a'));
    return grpc::Status::OK;
  };
  const Ran ran = Run({"rooms", "list", "-o", "json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_GT(ran.out.size(), std::size_t{5} << 20);
}

TEST_F(SignalctlOfficeTest, NoProxyLeadsToThisMachine) {
  service_.list_rooms = [](auto&, const auto&, auto*) { return grpc::Status::OK; };
  // Nothing listens there.
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const Ran here = Run({"rooms", "list"});
  const Ran far = RunSignalctl({"--service", "far.invalid:50051", "rooms", "list"});
  unsetenv("http_proxy");
  EXPECT_EQ(here.code, 0) << here.err;
  EXPECT_EQ(far.code, 3);
  EXPECT_THAT(far.err, HasSubstr("http_proxy is set"));
}

// Each read of the handshake is late, as over a long way or through a busy machine.
TEST_F(SignalctlOfficeTest, AConnectionMayTakeAsLongAsAnAnswer) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(
      io, {boost::asio::ip::make_address("127.0.0.1"), std::uint16_t{0}});
  const Instant begun = Clock::now();
  std::thread far([&] {
    boost::asio::ip::tcp::socket client(io);
    acceptor.accept(client);
    // Its first frame (RFC 9113, section 3.4) would be SETTINGS: until the client hangs up there is none.
    boost::system::error_code ec;
    std::array<char, 1024> ignored{};
    while (!ec) client.read_some(boost::asio::buffer(ignored), ec);
    waited_ = Clock::now() - begun;
  });
  const Ran ran =
      RunSignalctl({"--service", HostPort("127.0.0.1", acceptor.local_endpoint().port()),
                    "--timeout", "2s", "rooms", "list"});
  far.join();
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_GE(waited_, std::chrono::milliseconds(1500)) << ran.err;
}

TEST_F(SignalctlOfficeTest, NobodyThere) {
  const KeptPort kept(service_.port());
  service_.Stop();
  const Ran ran = Run({"rooms", "list"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("nothing listens there"));
}

TEST_F(SignalctlOfficeTest, ExplainsASession) {
  service_.explain_session = [](auto&, const auto& request, auto* response) {
    EXPECT_EQ(request.session(), "abc");
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(R"pb(
                                                        name: "abc"
                                                        client_id: "ann"
                                                        history {
                                                          live: true
                                                          dropped_steps: 3
                                                          steps {
                                                            kind: STEP_KIND_JOINED
                                                            room: "lobby"
                                                            count: 1
                                                            step_time { seconds: 100 }
                                                          }
                                                          steps {
                                                            kind: STEP_KIND_REFUSED
                                                            client_id: "bob"
                                                            reason: ERROR_REASON_PEER_UNAVAILABLE
                                                            count: 1
                                                            step_time { seconds: 101 }
                                                          }
                                                        })pb",
                                                      response));
    return grpc::Status::OK;
  };
  const Ran ran = Run({"explain", "abc"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("session abc of ann, which lives, from 1970-01-01 on\n(3 earlier "
                                  "steps are not kept any more)\n"));
  EXPECT_THAT(ran.out, HasSubstr("+1s    ! message refused  bob   -      peer_unavailable\n"));
  EXPECT_THAT(Run({"explain", "abc", "-o", "json"}).out, HasSubstr("\"dropped_steps\": 3"));
}

TEST_F(SignalctlOfficeTest, WhatIsNoSessionMayBeAnOffer) {
  service_.explain_session = [](auto&, const auto&, auto*) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "there is no such session", "SESSION_NOT_FOUND");
  };
  service_.explain_offer = [](auto&, const auto& request, auto* response) {
    if (request.offer_id() != "known") {
      return Refusal(grpc::StatusCode::NOT_FOUND, "there is no such offer", "OFFER_NOT_FOUND");
    }
    response->mutable_offer()->set_client_id("ann");
    response->mutable_offer()->set_state(v1::OFFER_STATE_REJECTED);
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"explain", "known"}).out, "offer known of ann, rejected\n");
  const Ran ran = Run({"explain", "unknown"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_THAT(ran.err, HasSubstr("unknown: no session and no offer"));
}

}  // namespace
}  // namespace signaling::ctl
