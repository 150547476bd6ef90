// A session for who does one thing after the other: each step waits for what has to come, up to a deadline. Not thread-safe.
// Owned by the command that runs; several may share an io_context: while one waits, all of them go on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/signalctl/ws/session.h"

namespace signaling::ctl {

// Why a step did not end as it should.
struct Trouble {
  enum class Kind : std::uint8_t {
    kNotConnected,  // `end` says at which stage
    kRefused,     // an `error`: `code` and `message`, and where the connection ended with it `end`
    kClosed,      // the connection ended: `end`
    kSilent,      // nothing came in time
    kMalformed,   // what came is no message, or has wrong numbers: `message`
    kUnexpected,  // another message than the one that had to come: `message`
  };
  Kind kind = Kind::kSilent;
  std::string expected;  // in words: "connected"
  std::string code;
  std::string message;
  bool fatal = false;
  SocketEnd end;
  Trace trace;  // of the way there
};

class Peer : private Session::Listener {
 public:
  Peer(boost::asio::io_context& io, Socket::Options options);
  // To go on with the session that `before` had, which has been dropped.
  Peer(boost::asio::io_context& io, Socket::Options options, const Peer& before);

  // Each of these returns false, or nullptr, where `trouble()` says what was wrong.
  bool WaitUntilOpen();
  // The next message, which has to be of this type; an `error` is a trouble. With `reply_to` others that come before the answer are
  // passed over and kept for later, and only an `error` that answers it, or is fatal, is a trouble.
  // What is returned is valid until the next call.
  const boost::json::object* Expect(std::string_view type,
                                    std::optional<std::uint64_t> reply_to = {});
  // Whether an `error` has come that nobody asked for; then it is the trouble.
  bool TakeError(std::string_view expected);
  // How long one WebSocket ping takes.
  std::optional<Duration> PingOnce();
  // All that was sent numbered has been acknowledged.
  bool WaitUntilAcknowledged();
  // `bye`, and the end that follows it. True: with 1000.
  bool Part();

  // Opens the session: sends `hello` and takes `connected`, which is kept.
  bool Greet(const std::string& token, std::optional<boost::json::object> resume = {});

  Session& session() { return session_; }
  const Session& session() const { return session_; }
  const boost::json::object& connected() const { return connected_; }
  std::string client_id() const { return TextOf(connected_, "client_id"); }
  // Valid after a step that failed.
  const Trouble& trouble() const { return trouble_; }

 private:
  void OnOpen() override { open_ = true; }
  void OnMessage(const boost::json::object& message) override;
  void OnPong() override { ++pongs_; }
  void OnMalformed(std::string_view why) override;
  void OnEnd(const SocketEnd& end) override { end_ = end; }

  bool ended() const { return end_.has_value() || !malformed_.empty(); }
  // Lets the loop go round until `done`, the connection's end, or the deadline; true where it is `done`.
  template <typename Done>
  bool RunUntil(Done done);
  using Kept = std::deque<std::pair<boost::json::object, std::size_t>>;

  boost::json::object Take(Kept::iterator place);
  bool Fail(Trouble::Kind kind, std::string_view expected);
  bool FailByEnd(std::string_view expected);
  // The message is an error: what it says, and the close that follows where it is fatal.
  void Refused(const boost::json::object& error, std::string_view expected);

  boost::asio::io_context& io_;
  const Duration timeout_;
  bool open_ = false;
  int pongs_ = 0;
  // Messages that nobody asked for yet, and how long they were.
  Kept messages_;
  std::size_t kept_bytes_ = 0;
  boost::json::object current_;
  boost::json::object connected_;
  std::optional<SocketEnd> end_;
  std::string malformed_;
  Trouble trouble_;
  Session session_;  // last: its events need all
};

}  // namespace signaling::ctl
