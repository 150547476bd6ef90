#include "tests/bench/load/workload.h"

#include <unistd.h>

#include <algorithm>

namespace signaling::bench {
namespace {

using std::chrono::seconds;

constexpr std::size_t kOpeningAtOnce = 32;
constexpr seconds kPatience{10};
constexpr std::size_t kWarmPairs = 64;

// Candidates of calls are of the usual size; of the others the workload says so.
std::size_t CandidateBytes(const std::string& workload) {
  return workload == "setup" || workload == "setup-reuse" ? 150 : 200;
}

}  // namespace

Workload::Workload(const Options& options)
    : options_(options),
      corpus_(CandidateBytes(options.workload)),
      setting_{&loop_, &corpus_, &tally_, options.dialect, options.port},
      traffic_(MakeTraffic()) {}

std::unique_ptr<Traffic> Workload::MakeTraffic() {
  if (options_.workload == "pingpong") return std::make_unique<PingPongTraffic>(options_.window);
  if (options_.workload == "open") return std::make_unique<OpenTraffic>(&tally_, options_.rate);
  if (options_.workload == "idle") return nullptr;
  return std::make_unique<CallTraffic>(&tally_, !churns());
}

bool Workload::Run() {
  if (!(traffic_ ? RunTalk() : RunIdle())) return false;
  stopping_ = true;
  for (const auto& pair : pairs_) pair->Close();
  return loop_.RunUntil(
      [&] {
        return std::all_of(pairs_.begin(), pairs_.end(),
                           [](const auto& pair) { return pair->closed(); });
      },
      Clock::now() + kPatience);
}

bool Workload::RunTalk() {
  talking_ = churns();
  if (!OpenPairs(static_cast<std::size_t>(options_.pairs))) return false;
  if (!churns()) {
    talking_ = true;
    for (const auto& pair : pairs_) traffic_->Start(*pair);
  }
  TalkUntil(Clock::now() + options_.warmup);
  BeginMeasuring(&measured_);
  TalkUntil(Clock::now() + options_.measured);
  EndMeasuring(&measured_);
  return Drain();
}

bool Workload::RunIdle() {
  // What is allocated once should not be counted for each session.
  if (!OpenPairs(kWarmPairs)) return false;
  TalkUntil(Clock::now() + options_.warmup);
  BeginMeasuring(&joins_);
  if (!OpenPairs(kWarmPairs + static_cast<std::size_t>(options_.sessions) / 2)) return false;
  TalkUntil(Clock::now() + options_.warmup);
  EndMeasuring(&joins_);
  BeginMeasuring(&measured_);
  TalkUntil(Clock::now() + options_.measured);
  EndMeasuring(&measured_);
  return true;
}

void Workload::AddPair() {
  // The process id keeps rooms of two runs against one server apart.
  pairs_.push_back(std::make_unique<Pair>(
      setting_, "r" + std::to_string(getpid()) + "-" + std::to_string(rooms_++),
      static_cast<Pair::Listener*>(this)));
}

bool Workload::OpenPairs(std::size_t count) {
  return loop_.RunUntil(
             [&] {
               while (tally_.errors == 0 && pairs_.size() < count &&
                      pairs_.size() - std::min(ready_, pairs_.size()) < kOpeningAtOnce) {
                 AddPair();
               }
               return tally_.errors > 0 || ready_ >= count;
             },
             Clock::now() + 6 * kPatience) &&
         tally_.errors == 0;
}

void Workload::TalkUntil(Time end) {
  for (Time now = Clock::now(); now < end && tally_.errors == 0; now = Clock::now()) {
    const Time next = traffic_ && talking_ ? traffic_->Tick(now) : now + seconds(1);
    loop_.Turn(std::min(next, end));
    for (Pair* gone : ended_) {
      const auto at = std::find_if(pairs_.begin(), pairs_.end(),
                                   [&](const auto& pair) { return pair.get() == gone; });
      std::swap(*at, pairs_.back());
      pairs_.pop_back();
      AddPair();
    }
    ended_.clear();
  }
}

bool Workload::Drain() {
  stopping_ = true;
  traffic_->Stop();
  return loop_.RunUntil(
             [&] {
               return tally_.errors > 0 ||
                      (tally_.sent == tally_.delivered &&
                       std::all_of(pairs_.begin(), pairs_.end(), [&](const auto& pair) {
                         return churns() ? pair->closed() : pair->settled();
                       }));
             },
             Clock::now() + kPatience) &&
         tally_.errors == 0;
}

void Workload::BeginMeasuring(Measured* measured) {
  measured->before = UsageOf(options_.pids);
  measured->generator_cpu = -OwnCpuSeconds();
  measured->delivered = 0 - tally_.delivered;
  measured->calls = 0 - tally_.calls;
  tally_.measured_from = Clock::now();
  tally_.measured_until = Time::max();
}

void Workload::EndMeasuring(Measured* measured) {
  tally_.measured_until = Clock::now();
  const auto took = tally_.measured_until - tally_.measured_from;
  measured->after = UsageOf(options_.pids);
  measured->generator_cpu += OwnCpuSeconds();
  measured->delivered += tally_.delivered;
  measured->calls += tally_.calls;
  measured->seconds = std::chrono::duration<double>(took).count();
}

void Workload::OnReady(Pair& pair) {
  ++ready_;
  if (churns()) traffic_->Start(pair);
}

void Workload::OnFrame(Pair& pair, Peer& receiver, Kind kind) {
  traffic_->OnFrame(pair, receiver, kind);
}

void Workload::OnEnd(Pair& pair) {
  if (churns() && !stopping_) ended_.push_back(&pair);
}

}  // namespace signaling::bench
