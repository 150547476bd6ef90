#include "tests/bench/load/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace signaling::bench {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

// Addresses 127.0.1.1 and up in turn, so that sockets in TIME_WAIT never use up the ports of one.
sockaddr_in SourceAddress() {
  static std::uint32_t turn = 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000101U + turn++ % 200);
  return address;
}

int Connect(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in source = SourceAddress();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0 ||
      (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
       errno != EINPROGRESS)) {
    close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

Connection::Connection(Loop* loop, std::uint16_t port, std::string_view target, Listener* listener)
    : loop_(loop), listener_(listener), fd_(Connect(port)) {
  out_ = "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  // A socket that could not be made is told to the listener by the caller's closed().
  if (fd_ >= 0) loop_->Add(fd_, this, true);
}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

void Connection::Close() {
  if (closed() || closing_) return;
  closing_ = true;
  static const Frame kNormal(std::string_view("\x03\xe8", 2), Frame::kClose);
  Write(kNormal.bytes());
}

void Connection::Abort() {
  if (closed()) return;
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd_);
  fd_ = -1;
}

void Connection::Stall() {
  if (closed()) return;
  const int little = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  loop_->Remove(fd_);
}

void Connection::OnReady(bool readable, bool writable) {
  if (writable && !closed()) Flush();
  if (readable && !closed()) Read();
}

void Connection::Read() {
  static char buffer[kReadBytes];
  const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) End(std::strerror(errno));
    return;
  }
  if (n == 0) return End(closing_ ? "" : "closed by the server");
  const std::string_view fresh(buffer, static_cast<std::size_t>(n));
  if (in_.empty()) {
    in_ = fresh.substr(Take(fresh));
  } else {
    in_ += fresh;
    in_.erase(0, Take(in_));
  }
}

std::size_t Connection::Take(std::string_view bytes) {
  std::size_t used = 0;
  if (!upgraded_) {
    used = TakeUpgrade(bytes);
    if (!upgraded_) return used;
  }
  ServerFrame frame;
  while (!closed() && ParseServerFrame(bytes.substr(used), &frame)) {
    used += frame.size;
    TakeFrame(frame);
  }
  return used;
}

std::size_t Connection::TakeUpgrade(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (bytes.substr(0, 12) != "HTTP/1.1 101") {
    End("not upgraded");
  } else {
    upgraded_ = true;
    listener_->OnOpen();
  }
  return end + 4;
}

void Connection::TakeFrame(const ServerFrame& frame) {
  if (frame.opcode == Frame::kText && frame.fin) {
    listener_->OnText(frame.payload);
  } else if (frame.opcode == Frame::kPing) {
    Write(Frame(frame.payload, Frame::kPong).bytes());
  } else if (frame.opcode == Frame::kClose) {
    // The server closes the socket once it has the answer; in answer to ours it does so by itself.
    if (!closing_) {
      const std::string code =
          frame.payload.size() < 2
              ? "without a code"
              : std::to_string(static_cast<std::uint8_t>(frame.payload[0]) * 256 +
                               static_cast<std::uint8_t>(frame.payload[1]));
      End("close " + code);
    }
  } else if (frame.opcode != Frame::kPong) {
    End("an unexpected frame");
  }
}

void Connection::Write(std::string_view bytes) {
  if (closed()) return;
  if (!wants_write_) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return End(std::strerror(errno));
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    if (bytes.empty()) return;
    wants_write_ = true;
    loop_->Change(fd_, this, true);
  }
  out_ += bytes;
}

void Connection::Flush() {
  const ssize_t n = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (n < 0) {
    if (errno != EAGAIN) End(std::strerror(errno));
    return;
  }
  out_.erase(0, static_cast<std::size_t>(n));
  if (!out_.empty()) return;
  out_.shrink_to_fit();
  wants_write_ = false;
  loop_->Change(fd_, this, false);
}

void Connection::End(std::string_view why) {
  if (closed()) return;
  close(fd_);
  fd_ = -1;
  listener_->OnEnd(why);
}

}  // namespace signaling::bench
