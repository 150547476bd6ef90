// What pairs say to each other once they are joined.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "tests/bench/load/pair.h"

namespace signaling::bench {

// Not thread-safe.
class Traffic {
 public:
  virtual ~Traffic() = default;
  virtual void Start(Pair& pair) = 0;
  virtual void OnFrame(Pair& pair, Peer& receiver, Kind kind) = 0;
  // Sends what is due at `now`; returns when it wants to be called next.
  virtual Time Tick(Time now) { return now + std::chrono::milliseconds(50); }
  // Nothing new is sent from now on; what is on its way still arrives.
  virtual void Stop() = 0;
};

// A call of 22 frames: an offer and ten candidates one way, an answer and ten candidates back, each frame in a send of
// its own as browsers do. One call after the other on the same pair, or one a pair.
class CallTraffic : public Traffic {
 public:
  static constexpr int kCandidates = 10;
  static constexpr int kFrames = 2 * (1 + kCandidates);

  // `repeat`: false closes the pair after its first call.
  CallTraffic(Tally* tally, bool repeat) : tally_(tally), repeat_(repeat) {}

  void Start(Pair& pair) override;
  void OnFrame(Pair& pair, Peer& receiver, Kind kind) override;
  void Stop() override { stopped_ = true; }

 private:
  static void SendHalf(Peer& sender, Kind description);

  Tally* const tally_;
  const bool repeat_;
  bool stopped_ = false;
};

// `window` candidates on their way in each pair; whoever receives one sends one back.
class PingPongTraffic : public Traffic {
 public:
  explicit PingPongTraffic(int window) : window_(window) {}

  void Start(Pair& pair) override;
  void OnFrame(Pair& pair, Peer& receiver, Kind kind) override;
  void Stop() override { stopped_ = true; }

 private:
  const int window_;
  bool stopped_ = false;
};

// Candidates at a fixed rate, whatever comes back: Poisson arrivals, each from a peer drawn at random. A frame that
// leaves late counts as due when it should have left.
class OpenTraffic : public Traffic {
 public:
  OpenTraffic(Tally* tally, double frames_per_second)
      : tally_(tally), gap_(frames_per_second), next_(Clock::now()) {}

  void Start(Pair& pair) override;
  void OnFrame(Pair&, Peer&, Kind) override {}
  Time Tick(Time now) override;
  void Stop() override { stopped_ = true; }

 private:
  Tally* const tally_;
  std::vector<Peer*> peers_;
  std::mt19937_64 random_{42};
  std::exponential_distribution<double> gap_;
  Time next_;
  bool stopped_ = false;
};

}  // namespace signaling::bench
