// One run: opens pairs, has them talk, measures a part of it, drains and closes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/load/pair.h"
#include "tests/bench/load/processes.h"
#include "tests/bench/load/traffic.h"

namespace signaling::bench {

struct Options {
  std::string workload;
  Dialect dialect = Dialect::kRelay;
  std::uint16_t port = 0;
  std::vector<int> pids;
  int pairs = 32;
  int window = 1;
  double rate = 0;
  int sessions = 0;
  Clock::duration warmup{};
  Clock::duration measured{};
};

// What was used in the measured time.
struct Measured {
  double seconds = 0;
  double generator_cpu = 0;
  std::uint64_t delivered = 0;
  std::uint64_t calls = 0;
  Usage before;
  Usage after;
  double cpu() const { return after.cpu_seconds - before.cpu_seconds; }
};

// Not thread-safe.
class Workload : private Pair::Listener {
 public:
  explicit Workload(const Options& options);

  // False: it got stuck; the tally says more.
  bool Run();

  const Tally& tally() const { return tally_; }
  // The talking; for `idle` the time in which nothing is said.
  const Measured& measured() const { return measured_; }
  // Of `idle`: the joins.
  const Measured& joins() const { return joins_; }

 private:
  void OnReady(Pair& pair) override;
  void OnFrame(Pair& pair, Peer& receiver, Kind kind) override;
  void OnEnd(Pair& pair) override;

  std::unique_ptr<Traffic> MakeTraffic();
  bool churns() const { return options_.workload == "setup"; }
  void AddPair();
  bool OpenPairs(std::size_t count);
  void BeginMeasuring(Measured* measured);
  void EndMeasuring(Measured* measured);
  void TalkUntil(Time end);
  bool Drain();
  bool RunTalk();
  bool RunIdle();

  // Constant after construction.
  const Options options_;

  Loop loop_;
  Corpus corpus_;
  Tally tally_;
  const Setting setting_;
  std::unique_ptr<Traffic> traffic_;  // none: joined pairs stay silent
  std::vector<std::unique_ptr<Pair>> pairs_;
  std::vector<Pair*> ended_;  // destroyed between turns
  std::uint64_t rooms_ = 0;
  std::size_t ready_ = 0;
  bool talking_ = false;
  bool stopping_ = false;
  Measured measured_;
  Measured joins_;
};

}  // namespace signaling::bench
