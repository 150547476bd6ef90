#include "gateway/ws/transport.h"

namespace signaling::gateway {
namespace {

constexpr char kCloseFrame = '\x88';

}  // namespace

void Transport::Write(std::string_view bytes) {
  if (closed_ || bytes.empty()) return;
  // The library writes control frames whole and unfragmented, so its first byte tells which.
  closed_ = bytes.front() == kCloseFrame;
  outbox_.AddRaw(bytes);
  owner_.OnTransportWrite();
}

}  // namespace signaling::gateway
