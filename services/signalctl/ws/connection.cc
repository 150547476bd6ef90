#include "services/signalctl/ws/connection.h"

#include <boost/asio/connect.hpp>
#include <utility>

#include "services/common/address.h"

namespace signaling::ctl {

namespace asio = boost::asio;

Socket::Connection::Connection(asio::io_context& io, Options options, Trace& trace,
                               Listener& listener)
    : options_(std::move(options)),
      trace_(&trace),
      listener_(&listener),
      resolver_(io),
      timer_(io) {}

void Socket::Connection::Start() {
  stage_begun_ = Clock::now();
  Arm();
  resolver_.async_resolve(
      options_.url.host, std::to_string(options_.url.port), Tcp::resolver::numeric_service,
      [self = shared_from_this(), this](Error error, const Tcp::resolver::results_type& found) {
        if (Ends(error)) return;
        for (const auto& one : found) {
          const Tcp::endpoint endpoint = one.endpoint();
          trace_->addresses.push_back(HostPort(endpoint.address().to_string(), endpoint.port()));
        }
        EnterStage(Stage::kConnect);
        asio::async_connect(tcp(), found, [self, this](Error ec, const Tcp::endpoint& endpoint) {
          if (Ends(ec)) return;
          trace_->connected_to = HostPort(endpoint.address().to_string(), endpoint.port());
          tcp().set_option(Tcp::no_delay(true), ec);
          EnterStage(Stage::kTls);
          BeginTls();
        });
      });
}

void Socket::Connection::OnTls(Error error) {
  if (Ends(error)) return;
  EnterStage(Stage::kUpgrade);
  BeginUpgrade();
}

void Socket::Connection::OnUpgraded(Error error) {
  if (Ends(error)) return;
  EnterStage(Stage::kOpen);
  timer_.cancel();
  BeginRead();
  listener_->OnOpen();
}

void Socket::Connection::OnRead(Error error, std::string_view text) {
  if (Ends(error)) return;
  listener_->OnText(text);
  // The listener may have dropped it.
  if (listener_ != nullptr) BeginRead();
}

void Socket::Connection::OnWritten(Error error) {
  if (listener_ == nullptr) return;
  // Where the connection broke the reading knows better why: there may be a close frame to be read.
  if (error) return;
  queued_bytes_ -= queue_.front().size();
  queue_.pop_front();
  Flush();
}

void Socket::Connection::OnPinged(Error /*error*/) { pinging_ = false; }

void Socket::Connection::OnPong() {
  if (listener_ != nullptr) listener_->OnPong();
}

void Socket::Connection::Send(std::string text) {
  if (listener_ == nullptr || stage_ != Stage::kOpen || closing_) return;
  if (queue_.size() == kMaxQueuedMessages || queued_bytes_ + text.size() > kMaxQueuedBytes) {
    // The listener is told by the reading, which ends with the socket: never from inside its own call.
    end_.overflowed = true;
    Error ignored;
    tcp().close(ignored);
    return;
  }
  queued_bytes_ += text.size();
  queue_.push_back(std::move(text));
  if (queue_.size() == 1) Flush();
}

void Socket::Connection::Flush() {
  if (!queue_.empty()) {
    BeginWrite(queue_.front());
  } else if (closing_) {
    BeginClose();
  }
}

void Socket::Connection::Ping() {
  if (listener_ == nullptr || stage_ != Stage::kOpen || closing_ || pinging_) return;
  pinging_ = true;
  BeginPing();
}

void Socket::Connection::Close() {
  if (listener_ == nullptr || closing_) return;
  if (stage_ != Stage::kOpen) return Drop();
  closing_ = true;
  Arm();
  if (queue_.empty()) Flush();
}

void Socket::Connection::Drop() {
  listener_ = nullptr;
  trace_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  Error ignored;
  tcp().close(ignored);
}

void Socket::Connection::EnterStage(Stage next) {
  const Instant now = Clock::now();
  trace_->took[static_cast<std::size_t>(stage_)] = now - stage_begun_;
  stage_ = next;
  stage_begun_ = now;
  Arm();
}

void Socket::Connection::Arm() {
  timer_.expires_after(options_.timeout);
  timer_.async_wait([self = shared_from_this()](Error error) {
    if (error || self->listener_ == nullptr) return;
    // It may have been due already when it was set anew, or when the socket was open.
    if (self->timer_.expiry() > Clock::now()) return;
    if (self->stage_ == Stage::kOpen && !self->closing_) return;
    self->end_.timed_out = true;
    self->resolver_.cancel();
    Error ignored;
    self->tcp().close(ignored);
    // A name's resolution cannot be taken back: it ends in its own time, unheard.
    if (self->stage_ == Stage::kResolve) self->End(asio::error::timed_out);
  });
}

bool Socket::Connection::Ends(Error error) {
  if (listener_ == nullptr) return true;
  if (!error) return false;
  End(error);
  return true;
}

void Socket::Connection::End(Error error) {
  end_.stage = stage_;
  end_.error = error;
  const SocketEnd end = std::move(end_);
  Listener* const listener = listener_;
  Drop();
  listener->OnEnd(end);
}

}  // namespace signaling::ctl
