#include "gateway/ws/beast_socket.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "gateway/subprotocols.h"
#include "gateway/ws/transport.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

namespace websocket = beast::websocket;

// An idle connection holds a buffer of this size; the rest of a longer message is read in larger pieces.
constexpr std::size_t kFirstReadBytes = 512;
constexpr std::size_t kNextReadBytes = std::size_t{16} * 1024;
// So much waiting is tried to be sent before the turn is over, so that only a client that does not take it waits.
constexpr std::size_t kEagerFlushMessages = 32;
constexpr std::size_t kEagerFlushBytes = std::size_t{32} * 1024;
constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kBroken = 1006;

class BeastSocket final : public Socket,
                          public Flusher::Sender,
                          private Transport::Owner,
                          public std::enable_shared_from_this<BeastSocket> {
 public:
  BeastSocket(ClientSocket socket, std::size_t max_message_bytes, Flusher& flusher)
      : max_message_bytes_(max_message_bytes),
        flusher_(flusher),
        stream_(std::move(socket), static_cast<Transport::Owner&>(*this)) {}

  void Run(const HttpRequest& request, std::unique_ptr<SocketEvents> events) {
    events_ = std::move(events);
    beast::error_code ec;
    client().non_blocking(true, ec);
    // The library's limit would fail the connection without a word; OnTooLarge tells the reason.
    stream_.read_message_max(0);
    stream_.auto_fragment(false);
    stream_.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                       websocket::stream_base::none(), false});
    stream_.set_option(websocket::stream_base::decorator(
        [subprotocol = OffersSubprotocol(request)](websocket::response_type& response) {
          if (!subprotocol) return;
          response.set(http::field::sec_websocket_protocol,
                       beast::string_view(kSubprotocol.data(), kSubprotocol.size()));
        }));
    stream_.control_callback([this](websocket::frame_type type, beast::string_view payload) {
      if (ended_) return;
      events_->OnSignOfLife();
      if (type == websocket::frame_type::pong) OnPong({payload.data(), payload.size()});
    });
    stream_.async_accept(
        request, [self = shared_from_this()](beast::error_code error) { self->OnAccept(error); });
  }

  // Socket:
  void Send(std::string_view text, std::uint64_t seq) override {
    if (transport().closed()) return;
    outbox().AddText(text, seq);
    if (outbox().messages() >= kEagerFlushMessages || outbox().bytes().size() >= kEagerFlushBytes) {
      if (!write_waits_) Write();
    }
    FlushLater();
  }

  void FlushNow() override {
    if (client().is_open()) Write();
  }

  void Ping() override {
    if (transport().closed()) return;
    ping_ = std::to_string(++pings_);
    pinged_at_ = std::chrono::steady_clock::now();
    outbox().AddPing(ping_);
    FlushLater();
  }

  void Close(CloseCode code) override {
    if (!transport().closed()) outbox().AddClose(static_cast<std::uint16_t>(code));
    transport().MarkClosed();
    closing_ = true;
    FlushLater();
    // What still comes is read and dropped, so that the peer's close frame is seen.
    ResumeReading();
  }

  void Drop() override {
    beast::error_code ec;
    client().close(ec);
    // It is the read that sees the end.
    ResumeReading();
  }

  void PauseReading() override {
    paused_ = true;
    ping_.clear();  // its pong would wait to be read, and the client would look slow
  }

  void ResumeReading() override {
    if (!std::exchange(paused_, false)) return;
    const auto self = std::exchange(kept_, nullptr);
    if (!reading_ && !ended_) Read();
  }

  std::size_t waiting_messages() const override { return outbox().messages(); }
  std::size_t waiting_bytes() const override { return outbox().bytes().size(); }

  // Flusher::Sender:
  void Flush() override {
    flush_queued_ = false;
    if (!write_waits_) Write();
    if (written_seq_ != 0 || outbox().empty()) events_->OnWritten(std::exchange(written_seq_, 0));
    if (outbox().empty()) {
      if (ended_) ShutDown();
      return;
    }
    if (write_waits_ || !client().is_open()) return;
    write_waits_ = true;
    client().async_wait(client().write_wait(), [self = shared_from_this()](beast::error_code ec) {
      self->write_waits_ = false;
      if (!ec) self->Flush();
    });
  }

 private:
  Transport& transport() { return stream_.next_layer(); }
  ClientSocket& client() { return transport().socket(); }
  Outbox& outbox() { return transport().outbox(); }
  const Outbox& outbox() const { return const_cast<BeastSocket*>(this)->outbox(); }

  // A pong may come that nobody asked for (RFC 6455, section 5.5.3).
  void OnPong(std::string_view payload) {
    if (ping_.empty() || payload != ping_) return;
    ping_.clear();
    events_->OnRoundTrip(std::chrono::steady_clock::now() - pinged_at_);
  }

  void OnTransportWrite() override { FlushLater(); }

  void FlushLater() {
    if (flush_queued_ || write_waits_) return;
    flush_queued_ = true;
    flusher_.Add(shared_from_this());
  }

  // Gives the kernel what it takes at once.
  void Write() {
    while (!outbox().empty()) {
      beast::error_code ec;
      const std::string_view bytes = outbox().bytes();
      const std::size_t sent = client().write_some(bytes, ec);
      if (ec == net::error::would_block || ec == net::error::try_again) return;
      if (ec) return Drop();
      written_seq_ = std::max(written_seq_, outbox().Consume(sent));
    }
  }

  void OnAccept(beast::error_code ec) {
    if (ec) {
      // The library has answered that this is no upgrade.
      ended_ = true;
      return FlushLater();
    }
    events_->OnOpen();
    Read();
  }

  void Read() {
    reading_ = true;
    stream_.async_read_some(buffer_, buffer_.size() == 0 ? kFirstReadBytes : kNextReadBytes,
                            [self = shared_from_this()](beast::error_code ec, std::size_t) {
                              if (ec) return self->End(ec);
                              self->OnRead();
                              self->reading_ = false;
                              if (!self->paused_) return self->Read();
                              self->kept_ = self;
                            });
  }

  void OnRead() {
    if (closing_) {
      buffer_.clear();
    } else if (stream_.got_binary()) {
      events_->OnBinary();
    } else if (buffer_.size() > max_message_bytes_) {
      events_->OnTooLarge();
    } else if (stream_.is_message_done()) {
      const net::const_buffer text = buffer_.cdata();
      events_->OnText({static_cast<const char*>(text.data()), text.size()});
      buffer_.clear();
      if (buffer_.capacity() > kFirstReadBytes) buffer_.shrink_to_fit();
    }
  }

  void End(beast::error_code ec) {
    ended_ = true;
    std::uint16_t code = kBroken;
    CloseSide side = CloseSide::kNone;
    if (ec == websocket::error::closed) {
      side = CloseSide::kClient;
      code = stream_.reason().code;
      if (code == websocket::close_code::none) code = kNoCode;
    } else if (ec == websocket::condition::protocol_violation) {
      // The library has failed the connection with this code (RFC 6455, section 7.1.7).
      side = CloseSide::kServer;
      code = ec == websocket::error::bad_frame_payload ? websocket::close_code::bad_payload
                                                       : websocket::close_code::protocol_error;
    }
    events_->OnEnd(code, side);
    if (outbox().empty()) {
      ShutDown();
    } else {
      FlushLater();
    }
  }

  // Everything is sent: says so, and takes in what the peer still sends, so that it reads our last words instead of a
  // reset. The session's tick drops a peer that does not end.
  void ShutDown() {
    if (std::exchange(shut_down_, true) || !client().is_open()) return;
    client().ShutDown();
    buffer_.clear();
    Linger();
  }

  void Linger() {
    client().async_discard_some(buffer_.prepare(kFirstReadBytes),
                                [self = shared_from_this()](beast::error_code ec, std::size_t) {
                                  if (!ec) self->Linger();
                                });
  }

  // Constant after construction.
  const std::size_t max_message_bytes_;
  Flusher& flusher_;

  websocket::stream<Transport, false> stream_;
  beast::flat_buffer buffer_;
  bool paused_ = false;
  bool reading_ = false;
  bool closing_ = false;  // a close frame of ours is on its way
  bool ended_ = false;    // nothing more is read by the library
  bool shut_down_ = false;
  bool flush_queued_ = false;
  bool write_waits_ = false;
  std::uint64_t written_seq_ = 0;
  std::uint32_t pings_ = 0;
  std::string ping_;  // the payload of the newest ping, until its pong
  Instant pinged_at_{};
  std::shared_ptr<BeastSocket> kept_;     // itself, while it is paused and no read holds it
  std::unique_ptr<SocketEvents> events_;  // the last: it speaks to the socket while it is destroyed
};

}  // namespace

void RunWebSocket(ClientSocket socket, const HttpRequest& request, std::size_t max_message_bytes,
                  Flusher& flusher, const MakeSession& make_session) {
  auto made = std::make_shared<BeastSocket>(std::move(socket), max_message_bytes, flusher);
  auto events = make_session(*made);
  made->Run(request, std::move(events));
}

}  // namespace signaling::gateway
