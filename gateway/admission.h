// Who may come in: the caps on sockets, on sessions, and on sockets that wait for their hello. Exact whatever the
// number of workers. Thread-safe; owned by the gateway, outlives every place and seat.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "services/common/mutex.h"

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

  // A socket's claim on the place of a session. Sockets that claim the same session share its place: the one that looks
  // alive, and the one that resumes. The last claim gives it back. Movable; empty where it was refused.
  class Seat {
   public:
    Seat() = default;
    Seat(Seat&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), session_(other.session_) {}
    Seat& operator=(Seat&& other) noexcept;
    ~Seat() { Release(); }

    explicit operator bool() const { return admission_ != nullptr; }
    // The service says which session it is. False: that is another one than was claimed, and there is no place for it;
    // the claim stays as it was.
    [[nodiscard]] bool Settle(const std::string& session);
    void Release();

   private:
    friend class Admission;
    // `session` is null where there is no place.
    Seat(Admission* admission, const std::string* session)
        : admission_(session != nullptr ? admission : nullptr), session_(session) {}

    Admission* admission_ = nullptr;
    const std::string* session_ =
        nullptr;  // the key among the claims, which stays while this one does
  };

  explicit Admission(Limits limits);
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // From now on; who has a place keeps it.
  void SetMaxSessions(std::size_t max_sessions) { max_sessions_ = max_sessions; }
  std::size_t max_sessions() const { return max_sessions_.load(); }

  Place TakeSocket() { return Take(sockets_, max_sockets_); }
  // For a session of this id.
  Seat TakeSession(const std::string& session);
  // For a new session of this id, or, where `resumed` has a place here, for that one.
  Seat TakeSession(const std::string& session, const std::string& resumed);
  // A socket on /v1 before its hello: max(4, 10 % of the sessions) beyond those for whom a session is free.
  Place TakeWaiting();

  std::size_t sessions() const;
  std::size_t sockets() const { return sockets_.load(); }

 private:
  static Place Take(std::atomic<std::size_t>& counter, std::size_t limit);
  // The key that it has among the claims; null: there is no place.
  const std::string* TryClaim(const std::string& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GiveBack(const std::string& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Constant after construction.
  const std::size_t max_sockets_;

  std::atomic<std::size_t> max_sessions_;
  std::atomic<std::size_t> sockets_{0};
  std::atomic<std::size_t> waiting_{0};

  // Guarded by mu_.
  mutable Mutex mu_;
  std::unordered_map<std::string, std::size_t> claims_ ABSL_GUARDED_BY(mu_);  // by session
};

// Raises this process's soft limit of descriptors to the hard one, and says how many sockets that leaves beside what
// the process needs for itself. At least 1.
std::size_t RaiseDescriptorLimit(std::size_t reserve);

}  // namespace signaling::gateway
