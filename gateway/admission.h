// Who may come in: the caps on sockets, on sessions, and on sockets that wait for their hello. Exact whatever the
// number of workers. Thread-safe; owned by the gateway, outlives every place.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace signaling::gateway {

class Admission {
 public:
  struct Limits {
    std::size_t max_sockets = 1024;
    std::size_t max_sessions = 10;
  };

  // One counted place, given back in the destructor. Movable; empty where it was refused.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      if (this != &other) {
        Release();
        counter_ = std::exchange(other.counter_, nullptr);
      }
      return *this;
    }
    ~Place() { Release(); }

    explicit operator bool() const { return counter_ != nullptr; }
    void Release() {
      if (counter_ != nullptr) std::exchange(counter_, nullptr)->fetch_sub(1);
    }

   private:
    friend class Admission;
    explicit Place(std::atomic<std::size_t>* counter) : counter_(counter) {}

    std::atomic<std::size_t>* counter_ = nullptr;
  };

  explicit Admission(Limits limits);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  Place TakeSocket() { return Take(sockets_, limits_.max_sockets); }
  Place TakeSession() { return Take(sessions_, limits_.max_sessions); }
  // A socket on /v1 before its hello: max(4, 10 % of the sessions) beyond those for whom a session is free.
  Place TakeWaiting();

  std::size_t sessions() const { return sessions_.load(); }
  std::size_t sockets() const { return sockets_.load(); }

 private:
  static Place Take(std::atomic<std::size_t>& counter, std::size_t limit);

  // Constant after construction.
  const Limits limits_;
  const std::size_t max_extra_waiting_;

  std::atomic<std::size_t> sockets_{0};
  std::atomic<std::size_t> sessions_{0};
  std::atomic<std::size_t> waiting_{0};
};

// Raises this process's soft limit of descriptors to the hard one, and says how many sockets that leaves beside what
// the process needs for itself. At least 1.
std::size_t RaiseDescriptorLimit(std::size_t reserve);

}  // namespace signaling::gateway
