#include "tests/bench/breaks/crowd.h"

#include <algorithm>
#include <string>

namespace signaling::bench {
namespace {

constexpr std::size_t kOpeningAtOnce = 100;
// As the client libraries do.
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{20'000};
constexpr int kDoublings = 6;

}  // namespace

Crowd::Crowd(std::size_t clients, std::size_t room_size, std::size_t padding)
    : room_size_(room_size), planned_(clients) {
  for (std::size_t i = 0; i < clients; ++i) {
    clients_.push_back(std::make_unique<Client>(&loop_, &seen_, "r" + std::to_string(i / room_size),
                                                NameOf(i), padding));
  }
}

std::string Crowd::NameOf(std::size_t client) const { return "c" + std::to_string(client); }

bool Crowd::Join(std::uint16_t port, Time deadline) {
  port_ = port;
  for (std::size_t begin = 0; begin < clients_.size(); begin += kOpeningAtOnce) {
    const std::size_t end = std::min(begin + kOpeningAtOnce, clients_.size());
    for (std::size_t i = begin; i < end; ++i) clients_[i]->Connect(port);
    const auto joined = [&] {
      return std::all_of(clients_.begin() + static_cast<std::ptrdiff_t>(begin),
                         clients_.begin() + static_cast<std::ptrdiff_t>(end),
                         [](const auto& client) { return client->joined(); });
    };
    if (!loop_.RunUntil(joined, deadline)) return false;
  }
  return true;
}

void Crowd::Turn(Time deadline) {
  PlanReturns();
  const Time now = Clock::now();
  while (!pauses_.empty() && pauses_.top().until <= now) {
    const std::size_t i = pauses_.top().client;
    pauses_.pop();
    planned_[i] = false;
    clients_[i]->Connect(port_);
  }
  loop_.Turn(pauses_.empty() ? deadline : std::min(deadline, pauses_.top().until));
}

void Crowd::PlanReturns() {
  const Time now = Clock::now();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (planned_[i] || !clients_[i]->away()) continue;
    planned_[i] = true;
    const auto longest =
        std::min(kLongestPause, kFirstPause * (1 << std::min(clients_[i]->attempts, kDoublings)));
    std::uniform_int_distribution<std::int64_t> pause(0, longest.count());
    pauses_.push({now + std::chrono::milliseconds(pause(random_)), i});
  }
}

bool Crowd::AllConnected() const {
  return std::all_of(clients_.begin(), clients_.end(),
                     [](const auto& client) { return client->connected(); });
}

bool Crowd::AllArrived(const Client* except) const { return Missing(except) == 0; }

std::size_t Crowd::Unacknowledged() const {
  std::size_t sum = 0;
  for (const auto& client : clients_) sum += client->unacknowledged();
  return sum;
}

std::uint64_t Crowd::Missing(const Client* except) const {
  std::uint64_t missing = 0;
  for (std::size_t receiver = 0; receiver < clients_.size(); ++receiver) {
    if (clients_[receiver].get() == except) continue;
    const std::size_t room = receiver / room_size_ * room_size_;
    for (std::size_t sender = room; sender < std::min(room + room_size_, clients_.size());
         ++sender) {
      if (sender == receiver) continue;
      missing += clients_[sender]->sent() - clients_[receiver]->arrived(NameOf(sender));
    }
  }
  return missing;
}

}  // namespace signaling::bench
