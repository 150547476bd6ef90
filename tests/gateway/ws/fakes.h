// What stands on both sides of a session in its tests. Not thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/link.h"
#include "gateway/ws/session.h"
#include "gateway/ws/socket.h"
#include "prometheus/registry.h"

namespace signaling::gateway {

// A client that takes what it gets at once, unless it is told to be slow.
class FakeSocket final : public Socket {
 public:
  void Send(std::string_view text, std::uint64_t seq) override {
    EXPECT_FALSE(close_code) << "sent after the close frame: " << text;
    messages.push_back(
        boost::json::parse(boost::json::string_view(text.data(), text.size())).as_object());
    if (seq != 0) last_seq = seq;
    if (!slow && !lazy) return;
    ++waiting;
    bytes += text.size();
  }
  void FlushNow() override {
    if (!slow) waiting = bytes = 0;
  }
  void Ping() override { ++pings; }
  void Close(CloseCode code) override {
    EXPECT_FALSE(close_code) << "closed twice";
    close_code = code;
  }
  void Drop() override { dropped = true; }
  void PauseReading() override { paused = true; }
  void ResumeReading() override { paused = false; }
  std::size_t waiting_messages() const override { return waiting; }
  std::size_t waiting_bytes() const override { return bytes; }

  // The oldest message that has not been asked for.
  boost::json::object Next() {
    if (next == messages.size()) {
      ADD_FAILURE() << "nothing was sent";
      return {};
    }
    return messages[next++];
  }
  bool HasNext() const { return next < messages.size(); }

  std::vector<boost::json::object> messages;
  std::size_t next = 0;
  std::uint64_t last_seq = 0;
  std::optional<CloseCode> close_code;
  bool slow = false;
  bool lazy = false;  // takes nothing before it has to
  std::size_t waiting = 0;
  std::size_t bytes = 0;
  bool dropped = false;
  bool paused = false;
  int pings = 0;
};

// A link whose service is the test.
class FakeLink final : public Link, public Links {
 public:
  Link* Pick() override { return is_ready ? this : elsewhere; }
  std::uint32_t Bind(Receiver& bound) override {
    receiver = &bound;
    return kSlot;
  }
  void Unbind(std::uint32_t slot) override {
    EXPECT_EQ(slot, kSlot);
    receiver = nullptr;
  }
  signaling::v1::UpFrame& Next() override {
    scratch.Clear();
    return scratch;
  }
  void Send(std::uint32_t slot, std::size_t bytes) override {
    EXPECT_EQ(slot, kSlot);
    EXPECT_GT(bytes, 0u);
    frames.push_back(scratch);
  }

  // The oldest frame that has not been asked for.
  signaling::v1::UpFrame Take() {
    if (frames.empty()) {
      ADD_FAILURE() << "nothing was passed on";
      return {};
    }
    auto frame = frames.front();
    frames.pop_front();
    return frame;
  }

  static constexpr std::uint32_t kSlot = 7;

  bool is_ready = true;
  FakeLink* elsewhere = nullptr;  // for those who pick while this one is not ready
  Receiver* receiver = nullptr;
  signaling::v1::UpFrame scratch;
  std::deque<signaling::v1::UpFrame> frames;
};

// A session between the two, on a clock that the test moves.
class SessionFixture : public ::testing::Test {
 protected:
  void SetUp() override { clock_.Set(Instant(std::chrono::hours(1))); }
  void TearDown() override {
    session_.reset();
    EXPECT_EQ(link_.receiver, nullptr) << "a slot is left";
    EXPECT_EQ(context_.sessions.size(), 0u);
    EXPECT_EQ(admission_.sessions(), 0u);
    EXPECT_EQ(admission_.sockets(), 0u);
  }

  void Make(Upgrade upgrade) {
    upgrade.socket = admission_.TakeSocket();
    upgrade.accepted_at = std::chrono::steady_clock::now();
    session_ = std::make_unique<Session>(context_, socket_, std::move(upgrade));
    session_->OnOpen();
  }
  void MakeV1() { Make({.path = signaling::v1::SESSION_PATH_V1}); }
  void MakePlain() {
    Make({.path = signaling::v1::SESSION_PATH_PLAIN, .client_id = "robot", .room = "lobby"});
  }
  // Opens as the service would, and forgets what that took.
  void Greet() {
    const auto open = link_.Take();
    signaling::v1::DownFrame frame;
    frame.mutable_opened()->set_session_id(open.open().session_id());
    frame.mutable_opened()->set_client_id("me");
    frame.mutable_opened()->set_epoch(kEpoch);
    frame.mutable_opened()->set_resume_token("token");
    frame.mutable_opened()->mutable_resume_window()->set_seconds(kWindow.count());
    session_id_ = open.open().session_id();
    Deliver(std::move(frame));
    EXPECT_EQ(Type(socket_.Next()), "connected");
  }
  void OpenV1() {
    MakeV1();
    Text(R"({"type":"hello"})");
    Greet();
  }
  void OpenPlain() {
    MakePlain();
    Greet();
  }

  void Text(std::string_view text) { session_->OnText(text); }
  void Deliver(signaling::v1::DownFrame frame) {
    frame.set_slot(FakeLink::kSlot);
    Link::Receiver* const receiver = link_.receiver;
    if (frame.has_closed()) link_.receiver = nullptr;
    ASSERT_NE(receiver, nullptr);
    receiver->OnFrame(frame);
  }
  void BreakLink() {
    Link::Receiver* const receiver = std::exchange(link_.receiver, nullptr);
    ASSERT_NE(receiver, nullptr);
    link_.frames.clear();
    receiver->OnLinkBroken();
  }
  // There is one again.
  void MendLink() {
    link_.is_ready = true;
    session_->OnLinkReady();
  }
  // The service has taken the session over to the link that it was attached to.
  void DeliverAttached(std::uint64_t last_id) {
    signaling::v1::DownFrame frame;
    frame.mutable_opened()->set_session_id(session_id_);
    frame.mutable_opened()->set_epoch(kEpoch);
    frame.mutable_opened()->set_last_id(last_id);
    Deliver(std::move(frame));
  }
  // A message from another participant.
  void DeliverEvent(std::uint64_t seq, std::string data = "1") {
    signaling::v1::DownFrame frame;
    frame.set_seq(seq);
    frame.mutable_app()->set_client_id("peer");
    frame.mutable_app()->set_data(std::move(data));
    Deliver(std::move(frame));
  }
  void DeliverAck(std::uint64_t id) {
    signaling::v1::DownFrame frame;
    frame.set_ack_id(id);
    Deliver(std::move(frame));
  }
  void DeliverVerdict(std::uint64_t seq, std::uint64_t reply_to,
                      signaling::v1::ErrorReason reason) {
    signaling::v1::DownFrame frame;
    frame.set_seq(seq);
    frame.set_reply_to(reply_to);
    frame.mutable_error()->set_reason(reason);
    frame.mutable_error()->set_action(signaling::v1::ERROR_ACTION_NONE);
    Deliver(std::move(frame));
  }
  void Advance(Duration time) {
    clock_.Set(clock_.now() + time);
    session_->Tick();
  }

  static std::string Type(const boost::json::object& message) { return Field(message, "type"); }
  static std::string Field(const boost::json::object& message, const char* name) {
    const auto* value = message.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  }
  static bool IsFatal(const boost::json::object& message) {
    const auto* fatal = message.if_contains("fatal");
    return fatal != nullptr && fatal->as_bool();
  }
  // The client has been told why, and then that it is over.
  void ExpectEnd(const std::string& code, CloseCode close_code, const std::string& action) {
    const auto error = socket_.Next();
    EXPECT_EQ(Field(error, "code"), code);
    EXPECT_EQ(Field(error, "action"), action);
    EXPECT_TRUE(IsFatal(error));
    EXPECT_FALSE(socket_.HasNext());
    EXPECT_EQ(socket_.close_code, close_code);
  }
  void ExpectDetach(signaling::v1::Detach::Cause cause) {
    const auto frame = link_.Take();
    EXPECT_TRUE(frame.has_detach()) << frame.ShortDebugString();
    EXPECT_EQ(frame.detach().cause(), cause);
    EXPECT_EQ(link_.receiver, nullptr);
  }

  // Of a worker with these, and what the fixture has.
  SessionContext Context(const SessionSettings& settings, Admission& admission) {
    return {.settings = settings,
            .links = link_,
            .admission = admission,
            .addresses = addresses_,
            .probe = probe_,
            .clock = clock_,
            .decoder = decoder_};
  }

  static constexpr std::uint64_t kEpoch = 5;
  static constexpr std::chrono::seconds kWindow{20};
  static constexpr Duration kTimeout = std::chrono::seconds(30);
  static constexpr Duration kHandshakeTimeout = std::chrono::seconds(10);

  prometheus::Registry registry_;
  Probe probe_{registry_};
  Admission admission_{{.max_sockets = 100, .max_sessions = 2}};
  AddressLimiter addresses_{{}};
  TickClock clock_;
  FakeLink link_;
  FakeSocket socket_;
  Decoder decoder_{{}};
  const SessionSettings settings_{
      .connected = {}, .timeout = kTimeout, .handshake_timeout = kHandshakeTimeout};
  SessionContext context_ = Context(settings_, admission_);
  std::unique_ptr<Session> session_;
  std::string session_id_;  // of the newest that Greet opened
};

}  // namespace signaling::gateway
