// One end of a pair under load: opens its session, sends numbered frames when they are due, and holds each that arrives against what
// the other one sent. Not thread-safe. Owned by its pair.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <string>

#include "services/signalctl/call/description.h"
#include "services/signalctl/load/arrivals.h"
#include "services/signalctl/load/load.h"
#include "services/signalctl/ws/session.h"

namespace signaling::ctl {

enum class FrameKind : std::uint8_t { kOffer, kAnswer, kCandidate };

class LoadPeer : private Session::Listener {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnReady() = 0;
    // Before that: why not. It is over, too.
    virtual void OnRefused(const Trouble& trouble) = 0;
    virtual void OnOver() = 0;
  };

  LoadPeer(boost::asio::io_context& io, Socket::Options options, std::string token,
           std::string room, LoadTally& tally, Owner& owner);

  void set_other(LoadPeer* other) { other_ = other; }
  void Send(FrameKind kind, Instant due);
  // Sends no more; what waits for its turn is held back.
  void Stop();
  void Leave();
  bool over() const { return over_; }
  // Sent, and not seen by the other one.
  std::uint64_t outstanding() const { return sent_ - other_->arrivals_.count(); }

 private:
  // As many as the gateway takes unacknowledged; more would only wait elsewhere.
  static constexpr std::uint64_t kWindow = 64;
  static constexpr std::size_t kMaxWaiting = 256;

  struct Waiting {
    FrameKind kind;
    Instant due;
  };

  void OnOpen() override;
  void OnMessage(const boost::json::object& message) override;
  void OnAcknowledged() override { Flush(); }
  void OnMalformed(std::string_view why) override;
  void OnEnd(const SocketEnd& end) override;

  void Flush();
  void SendNow(FrameKind kind, Instant due);
  // A frame of the other one's arrived; 0: it is none.
  void Take(std::uint64_t number);
  void End(Trouble trouble);

  const std::string token_;
  const std::string room_;
  LoadTally& tally_;
  Owner& owner_;
  LoadPeer* other_ = nullptr;
  const Description description_;

  bool opened_ = false;
  bool ready_ = false;
  bool leaving_ = false;
  bool over_ = false;
  std::uint64_t sent_ = 0;  // the number of the last frame, from 1
  Arrivals arrivals_;       // of the other one's
  std::deque<Waiting> waiting_;
  std::deque<Instant> due_;  // of the last frames sent, the newest last
  Session session_;          // last: its events need all
};

}  // namespace signaling::ctl
