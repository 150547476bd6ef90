// A client's session on /v1, as docs/protocol.md asks of clients: numbers what it sends, holds the server's numbers against what
// they have to be, and acknowledges. It does not resume by itself. Not thread-safe; owned by whoever speaks through it; not
// destroyed from inside a callback.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "services/signalctl/ws/socket.h"

namespace signaling::ctl {

// "00-…": one trace of its own (W3C Trace Context, section 3.2), so that the lines of both processes' logs can be found.
std::string NewTraceparent();

// The string, or number, of a message's field; empty or 0 where it has none of that kind.
std::string TextOf(const boost::json::object& message, std::string_view name);
std::int64_t NumberOf(const boost::json::object& message, std::string_view name);

class Session : private Socket::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnOpen() = 0;
    // Each message but `ack`.
    virtual void OnMessage(const boost::json::object& message) = 0;
    virtual void OnPong() {}
    // The server has more of what was sent.
    virtual void OnAcknowledged() {}
    // What came cannot be a message of a gateway; the connection is dropped, and OnEnd does not follow.
    virtual void OnMalformed(std::string_view why) = 0;
    virtual void OnEnd(const SocketEnd& end) = 0;
  };

  // `last_seq` and `last_id`: of the session that is to be resumed.
  Session(boost::asio::io_context& io, Socket::Options options, Listener& listener,
          std::uint64_t last_seq = 0, std::uint64_t last_id = 0);

  // What has no number: hello, ping, ack, bye, refresh, report.
  void Send(boost::json::object message);
  // What has one, which is returned.
  std::uint64_t SendNumbered(boost::json::object message);
  void Ping() { socket_.Ping(); }
  void Close() { socket_.Close(); }
  void Drop() { socket_.Drop(); }

  // Of the message that is being told: how long it was.
  std::size_t message_bytes() const { return message_bytes_; }
  const Trace& trace() const { return trace_; }
  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t last_id() const { return last_id_; }
  // The highest id of ours that the server has.
  std::uint64_t acknowledged() const { return acknowledged_; }

 private:
  void OnOpen() override { listener_.OnOpen(); }
  void OnText(std::string_view text) override;
  void OnPong() override { listener_.OnPong(); }
  void OnEnd(const SocketEnd& end) override;

  // False: there is no such id.
  bool Acknowledges(std::uint64_t id);
  // False: the message's numbers are not what they have to be.
  bool TakeNumbers(const boost::json::object& message, std::size_t bytes);
  void Acknowledge();
  void Malformed(std::string_view why);

  Listener& listener_;
  boost::asio::steady_timer ack_timer_;
  std::uint64_t last_seq_;
  std::uint64_t told_seq_;
  std::uint64_t last_id_;
  std::uint64_t acknowledged_;
  // Gone with the session: what the timer has due by then is void.
  std::shared_ptr<Session*> self_ = std::make_shared<Session*>(this);
  std::size_t message_bytes_ = 0;
  std::size_t untold_bytes_ = 0;  // of events that are not acknowledged
  Trace trace_;
  Socket socket_;  // last: its events need all
};

}  // namespace signaling::ctl
