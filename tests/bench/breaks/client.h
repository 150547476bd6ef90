// A client of /v1 that keeps its session: numbers and acknowledges, comes back with resume, sends again what was not
// acknowledged, and checks each message that arrives.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load/connection.h"

namespace signaling::bench {

// What all clients of a run have seen.
struct Seen {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;    // also where one before it is missing
  std::uint64_t not_resumed = 0;  // came back to another session
  std::uint64_t gone = 0;         // of the others in a room, whatever the reason
  std::vector<Time> opened;       // upgrades
  std::vector<Time> back;         // resumes
  std::uint64_t broken = 0;       // connections that ended by themselves
};

// Not thread-safe. Not destroyed inside a callback.
class Client : private Connection::Listener {
 public:
  // `padding` bytes go with each message.
  Client(Loop* loop, Seen* seen, std::string room, std::string name, std::size_t padding);

  // Opens the session, or comes back to it.
  void Connect(std::uint16_t port);
  // To everybody else in the room. Does not wait for what came before.
  void Send();
  void Cut();
  // From now on it reads no more than what brings it back.
  void set_stalled() { stalled_ = true; }

  bool joined() const { return joined_; }
  bool connected() const { return connected_; }
  // No connection, and none on its way.
  bool away() const { return connection_ == nullptr || connection_->closed(); }
  std::size_t unacknowledged() const { return unacknowledged_.size(); }
  std::uint64_t sent() const { return number_; }
  // What arrived of this sender.
  std::uint64_t arrived(const std::string& sender) const;
  int attempts = 0;

 private:
  struct Message {
    std::uint64_t id;
    std::uint64_t number;
  };

  void OnOpen() override;
  void OnText(std::string_view text) override;
  void OnEnd(std::string_view why) override;

  void OnConnected(std::string_view text);
  void OnMessage(std::string_view text);
  void Acknowledged(std::uint64_t id);
  void Write(const Message& message);

  // Constant after construction.
  Loop* const loop_;
  Seen* const seen_;
  const std::string room_;
  const std::string name_;
  const std::string padding_;

  std::unique_ptr<Connection> former_;  // may not go inside its own callback
  std::unique_ptr<Connection> connection_;
  bool connected_ = false;
  bool joined_ = false;
  bool stalled_ = false;
  std::string session_id_;
  std::string token_;
  std::uint64_t next_id_ = 1;
  std::uint64_t number_ = 0;
  std::uint64_t last_seq_ = 0;
  std::uint64_t acked_seq_ = 0;
  std::deque<Message> unacknowledged_;
  std::map<std::string, std::uint64_t, std::less<>> arrived_;  // by sender
};

}  // namespace signaling::bench
