#include "services/signalctl/ws/peer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/common/text.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

// Of messages that nobody asked for; the oldest go first. A busy room's events may be some.
constexpr std::size_t kMaxKept = 1024;
constexpr std::size_t kMaxKeptBytes = 4 * Socket::kMaxMessageBytes;

bool Answers(const json::object& message, std::optional<std::uint64_t> id) {
  return id && static_cast<std::uint64_t>(NumberOf(message, "reply_to")) == *id;
}

bool IsFatal(const json::object& message) {
  const json::value* fatal = message.if_contains("fatal");
  return fatal != nullptr && fatal->is_bool() && fatal->get_bool();
}

}  // namespace

Peer::Peer(boost::asio::io_context& io, Socket::Options options)
    : io_(io), timeout_(options.timeout), session_(io, std::move(options), *this) {}

Peer::Peer(boost::asio::io_context& io, Socket::Options options, const Peer& before)
    : io_(io),
      timeout_(options.timeout),
      session_(io, std::move(options), *this, before.session().last_seq(),
               before.session().last_id()) {}

template <typename Done>
bool Peer::RunUntil(Done done) {
  const Instant deadline = Clock::now() + timeout_;
  while (!done() && !ended() && Clock::now() < deadline) {
    if (io_.stopped()) io_.restart();
    io_.run_one_until(deadline);
  }
  return done();
}

bool Peer::WaitUntilOpen() {
  // The socket keeps the time of each stage by itself: this only has to be longer.
  const Instant latest = Clock::now() + kStages * timeout_;
  while (!open_ && !ended() && Clock::now() < latest) RunUntil([this] { return open_; });
  return open_ && !ended() ? true : FailByEnd("an open WebSocket");
}

const json::object* Peer::Expect(std::string_view type, std::optional<std::uint64_t> reply_to) {
  auto found = messages_.end();
  const auto arrived = [&] {
    found = std::find_if(messages_.begin(), messages_.end(), [&](const auto& kept) {
      const json::object& message = kept.first;
      const bool is_error = TextOf(message, "type") == "error";
      if (is_error && IsFatal(message)) return true;
      return reply_to ? Answers(message, reply_to) : is_error || TextOf(message, "type") == type;
    });
    return found != messages_.end();
  };
  if (!RunUntil(arrived)) {
    FailByEnd(type);
    return nullptr;
  }
  current_ = Take(found);
  const std::string actual = TextOf(current_, "type");
  if (actual == type) return &current_;
  if (actual == "error") {
    const json::object error = current_;
    Refused(error, type);
  } else {
    Fail(Trouble::Kind::kUnexpected, type);
    trouble_.message = actual;
  }
  return nullptr;
}

bool Peer::TakeError(std::string_view expected) {
  const auto found = std::find_if(messages_.begin(), messages_.end(), [](const auto& kept) {
    return TextOf(kept.first, "type") == "error";
  });
  if (found == messages_.end()) return false;
  const json::object error = Take(found);
  Refused(error, expected);
  return true;
}

std::optional<Duration> Peer::PingOnce() {
  const int before = pongs_;
  const Instant begun = Clock::now();
  session_.Ping();
  if (RunUntil([&] { return pongs_ > before; })) return Clock::now() - begun;
  FailByEnd("the pong of a WebSocket ping");
  return std::nullopt;
}

bool Peer::WaitUntilAcknowledged() {
  if (RunUntil([this] { return session_.acknowledged() == session_.last_id(); })) return true;
  return FailByEnd("the acknowledgement of what was sent");
}

bool Peer::Part() {
  session_.Send({{"type", "bye"}});
  RunUntil([this] { return ended(); });
  if (end_ && end_->close_code == 1000) return true;
  return FailByEnd("a close with 1000");
}

bool Peer::Greet(const std::string& token, std::optional<json::object> resume) {
  json::object hello{{"type", "hello"}};
  if (!token.empty()) hello["token"] = token;
  if (resume) hello["resume"] = *std::move(resume);
  session_.Send(std::move(hello));
  const json::object* message = Expect("connected");
  if (message == nullptr) return false;
  connected_ = *message;
  return true;
}

void Peer::OnMessage(const json::object& message) {
  messages_.emplace_back(message, session_.message_bytes());
  kept_bytes_ += session_.message_bytes();
  // The newest always stays: it may be what is waited for.
  while (messages_.size() > kMaxKept || (kept_bytes_ > kMaxKeptBytes && messages_.size() > 1)) {
    Take(messages_.begin());
  }
}

json::object Peer::Take(Kept::iterator place) {
  json::object message = std::move(place->first);
  kept_bytes_ -= place->second;
  messages_.erase(place);
  return message;
}

void Peer::OnMalformed(std::string_view why) { malformed_ = std::string(why); }

bool Peer::Fail(Trouble::Kind kind, std::string_view expected) {
  trouble_ = {};
  trouble_.kind = kind;
  trouble_.expected = std::string(expected);
  trouble_.trace = session_.trace();
  if (end_) trouble_.end = *end_;
  return false;
}

bool Peer::FailByEnd(std::string_view expected) {
  if (!malformed_.empty()) {
    Fail(Trouble::Kind::kMalformed, expected);
    trouble_.message = malformed_;
    return false;
  }
  if (!end_) return Fail(Trouble::Kind::kSilent, expected);
  return Fail(open_ ? Trouble::Kind::kClosed : Trouble::Kind::kNotConnected, expected);
}

void Peer::Refused(const json::object& error, std::string_view expected) {
  const bool fatal = IsFatal(error);
  if (fatal) RunUntil([this] { return ended(); });
  Fail(Trouble::Kind::kRefused, expected);
  trouble_.code = TextOf(error, "code");
  trouble_.message = TextOf(error, "message");
  trouble_.fatal = fatal;
}

}  // namespace signaling::ctl
