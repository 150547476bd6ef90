// A WebSocket client for tests: each call returns when it is done or its deadline has passed. Not thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signaling::gateway {

class WsClient {
 public:
  // Fails the test where the upgrade is refused.
  WsClient(std::uint16_t port, const std::string& target, const std::string& subprotocol = "");
  ~WsClient();
  WsClient(const WsClient&) = delete;
  WsClient& operator=(const WsClient&) = delete;

  void SendText(std::string_view text);
  void SendBinary(std::string_view bytes);
  void Close(std::uint16_t code);

  // The next message; nothing where the connection ended, or, which fails the test, the deadline passed.
  std::optional<boost::json::object> Receive();
  // After Receive returned nothing: how the connection ended, 1006 without a close frame.
  std::uint16_t close_code() const;
  // What the server chose.
  std::string subprotocol() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Sends `request` and returns what comes until the server closes. Fails the test where it does not in time.
std::string RawExchange(std::uint16_t port, std::string_view request);

}  // namespace signaling::gateway
