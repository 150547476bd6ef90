// Two peers in a room of their own.
#pragma once

#include <string>

#include "tests/bench/load/peer.h"

namespace signaling::bench {

// Not thread-safe. Owned by its Workload.
class Pair : private Peer::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnReady(Pair& pair) = 0;
    virtual void OnFrame(Pair& pair, Peer& receiver, Kind kind) = 0;
    virtual void OnEnd(Pair& pair) = 0;
  };

  Pair(const Setting& setting, const std::string& room, Listener* listener)
      : listener_(listener),
        begun_(Clock::now()),
        a_(setting, {room, room + "-a", room + "-b"}, this),
        b_(setting, {room, room + "-b", room + "-a"}, this) {
    a_.set_other(&b_);
    b_.set_other(&a_);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  Peer& a() { return a_; }
  Peer& b() { return b_; }
  Time begun() const { return begun_; }
  bool closed() const { return a_.closed() && b_.closed(); }
  // The server has acknowledged what it should.
  bool settled() const { return a_.unacknowledged() == 0 && b_.unacknowledged() == 0; }
  void Close() {
    a_.Close();
    b_.Close();
  }

  // For the workload: frames of the running call that have arrived.
  int arrived = 0;

 private:
  void OnPeerReady() override {
    if (++ready_ == 2) listener_->OnReady(*this);
  }
  void OnFrame(Peer& receiver, Kind kind) override { listener_->OnFrame(*this, receiver, kind); }
  void OnPeerEnd() override {
    if (closed()) listener_->OnEnd(*this);
  }

  Listener* const listener_;
  const Time begun_;
  int ready_ = 0;
  Peer a_;
  Peer b_;
};

}  // namespace signaling::bench
