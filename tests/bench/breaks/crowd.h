// Many clients in rooms of one size, who come back after growing pauses with full jitter when their connection ends.
#pragma once

#include <cstddef>
#include <memory>
#include <queue>
#include <random>
#include <vector>

#include "tests/bench/breaks/client.h"

namespace signaling::bench {

// Not thread-safe.
class Crowd {
 public:
  Crowd(std::size_t clients, std::size_t room_size, std::size_t padding);

  // Opens every session, a few at a time. False: not by the deadline.
  bool Join(std::uint16_t port, Time deadline);
  // Where those go whose connection has ended, from now on.
  void set_port(std::uint16_t port) { port_ = port; }
  // One round of the loop, until `deadline` at most; who is away is sent on its way when its pause is over.
  void Turn(Time deadline);

  bool AllConnected() const;
  // Everything that was sent has arrived everywhere, but at `except`.
  bool AllArrived(const Client* except = nullptr) const;
  std::size_t Unacknowledged() const;
  // Messages that have not arrived where they should, but at `except`.
  std::uint64_t Missing(const Client* except = nullptr) const;

  std::vector<std::unique_ptr<Client>>& clients() { return clients_; }
  Seen& seen() { return seen_; }

 private:
  struct Pause {
    Time until;
    std::size_t client;
    bool operator>(const Pause& other) const { return until > other.until; }
  };

  std::string NameOf(std::size_t client) const;
  void PlanReturns();

  const std::size_t room_size_;

  Loop loop_;
  Seen seen_;
  std::uint16_t port_ = 0;
  std::mt19937 random_{1};
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<bool> planned_;
  std::priority_queue<Pause, std::vector<Pause>, std::greater<>> pauses_;
};

}  // namespace signaling::bench
