// A Socket's connection: what does not depend on whether there is TLS below. Lives as long as an operation of it is pending.
// Not thread-safe.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>

#include "services/signalctl/ws/socket.h"

namespace signaling::ctl {

class Socket::Connection : public std::enable_shared_from_this<Socket::Connection> {
 public:
  Connection(boost::asio::io_context& io, Options options, Trace& trace, Listener& listener);
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();
  void Send(std::string text);
  void Ping();
  void Close();
  void Drop();

 protected:
  using Tcp = boost::asio::ip::tcp;
  using Error = boost::system::error_code;

  // Below is what depends on TLS: each begins one operation, whose end is told by the callback of its name.
  virtual Tcp::socket& tcp() = 0;
  virtual void BeginTls() = 0;  // where there is none, OnTls at once
  virtual void BeginUpgrade() = 0;
  virtual void BeginRead() = 0;
  virtual void BeginWrite(const std::string& text) = 0;
  virtual void BeginPing() = 0;
  virtual void BeginClose() = 0;

  void OnTls(Error error);
  void OnUpgraded(Error error);
  void OnRead(Error error, std::string_view text);
  void OnWritten(Error error);
  void OnPinged(Error error);
  void OnPong();

  const Options& options() const { return options_; }
  // Nullptr once the socket has been destroyed: nothing is recorded any more.
  Trace* trace() { return trace_; }
  SocketEnd& end() { return end_; }

 private:
  // The stage that was under way is done.
  void EnterStage(Stage next);
  // True where the operation's end is the connection's.
  bool Ends(Error error);
  void Flush();
  void Arm();
  void End(Error error);

  const Options options_;
  Trace* trace_;
  Listener* listener_;  // nullptr: nobody listens any more
  Tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  Stage stage_ = Stage::kResolve;
  Instant stage_begun_;
  std::deque<std::string> queue_;  // the first one is being written
  std::size_t queued_bytes_ = 0;
  bool pinging_ = false;
  bool closing_ = false;
  SocketEnd end_;
};

}  // namespace signaling::ctl
