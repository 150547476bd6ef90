#include "services/signalctl/load/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/signalctl/load/load_peer.h"
#include "services/signalctl/ws/claims.h"

namespace signaling::ctl {
namespace {

constexpr std::size_t kOpeningAtOnce = 16;  // pairs
constexpr int kFramesOfACall = 22;          // an offer, an answer, ten candidates each way
constexpr int kEventsOfATurn = 64;
constexpr std::chrono::milliseconds kTurn{100};
constexpr std::chrono::seconds kProgressEvery{1};

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Two peers in a room of their own.
class Pair : private LoadPeer::Owner {
 public:
  Pair(boost::asio::io_context& io, const LoadOptions& options, const std::string& traceparent,
       const std::string& room, LoadTally& tally)
      : tally_(tally),
        caller_(io, SocketOptions(options, traceparent), options.caller_token, room, tally, *this),
        answerer_(io, SocketOptions(options, traceparent), options.answerer_token, room, tally,
                  *this) {
    caller_.set_other(&answerer_);
    answerer_.set_other(&caller_);
  }

  // The next frame of the call that runs, or of the next one.
  void Tick(Instant due) {
    const int place = frame_++ % kFramesOfACall;
    LoadPeer& sender = place % 2 == 0 ? caller_ : answerer_;
    sender.Send(place == 0   ? FrameKind::kOffer
                : place == 1 ? FrameKind::kAnswer
                             : FrameKind::kCandidate,
                due);
  }
  bool ready() const { return ready_ == 2; }
  bool broken() const { return caller_.over() || answerer_.over(); }
  bool over() const { return caller_.over() && answerer_.over(); }
  std::uint64_t outstanding() const { return caller_.outstanding() + answerer_.outstanding(); }
  void Stop() {
    caller_.Stop();
    answerer_.Stop();
  }
  void Leave() {
    caller_.Leave();
    answerer_.Leave();
  }
  const std::optional<Trouble>& refusal() const { return refusal_; }

 private:
  static Socket::Options SocketOptions(const LoadOptions& options, const std::string& traceparent) {
    return {.url = options.url,
            .tls = options.tls,
            .origin = {},
            .traceparent = traceparent,
            .timeout = options.timeout};
  }

  void OnReady() override {
    if (++ready_ == 2) ++tally_.opened;
  }
  void OnRefused(const Trouble& trouble) override {
    if (!refusal_) refusal_ = trouble;
  }
  void OnOver() override {}

  LoadTally& tally_;
  int ready_ = 0;
  int frame_ = 0;
  std::optional<Trouble> refusal_;
  LoadPeer caller_;
  LoadPeer answerer_;
};

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options) {}

  LoadTally Run() {
    signals_.async_wait([this](boost::system::error_code ec, int) {
      if (ec) return;
      tally_.interrupted = true;
      // Who says it again does not want to wait for the end in order: then it ends as programs do.
      boost::system::error_code ignored;
      signals_.clear(ignored);
    });
    if (!Open()) return std::move(tally_);
    Talk();
    Drain();
    for (const auto& pair : pairs_) tally_.lost += pair->outstanding();
    for (const auto& pair : pairs_) pair->Leave();
    RunUntil([this] { return All([](const Pair& pair) { return pair.over(); }); },
             Clock::now() + options_.timeout);
    return std::move(tally_);
  }

 private:
  template <typename Predicate>
  bool All(Predicate holds) const {
    return std::all_of(pairs_.begin(), pairs_.end(),
                       [&](const auto& pair) { return holds(*pair); });
  }

  template <typename Done>
  bool RunUntil(Done done, Instant deadline) {
    while (!done() && Clock::now() < deadline) {
      Turn(std::min(deadline, Clock::now() + kTurn));
      Progress();
    }
    return done();
  }

  // What is there to do, and then whatever comes until `end`.
  void Turn(Instant end) {
    if (io_.stopped()) io_.restart();
    io_.run_one_until(end);
    // Not all that is there: what is due has its turn, too.
    for (int i = 0; i < kEventsOfATurn && io_.poll_one() > 0; ++i) {
    }
  }

  void Progress() {
    const Instant now = Clock::now();
    if (!options_.progress || now < next_progress_) return;
    next_progress_ = now + kProgressEvery;
    options_.progress(tally_);
  }

  // The first pair that was refused: there is no sense in loading with fewer than were asked for.
  bool Refused() {
    for (const auto& pair : pairs_) {
      if (!pair->refusal()) continue;
      Trouble trouble = *pair->refusal();
      tally_.failure = Explain(trouble, {.url = options_.url,
                                         .origin = {},
                                         .room = {},
                                         .with_token = !options_.caller_token.empty()});
      absl::StrAppend(&tally_.failure->what, " (after ", tally_.opened, " of ", options_.pairs,
                      " pairs)");
      return true;
    }
    return false;
  }

  bool Open() {
    tally_.failure = SameSub(options_.caller_token, options_.answerer_token);
    if (tally_.failure) return false;
    const std::string traceparent = NewTraceparent();
    const std::string room = FreshRoom(options_.caller_token, "load");
    if (room.empty()) {
      tally_.failure = {"the token names no room that is sure to be empty",
                        "A load in a room of others would disturb who is in it.",
                        "Give the token a room like signalctl-*."};
      return false;
    }
    Instant deadline = Clock::now() + options_.timeout;
    while (tally_.opened < options_.pairs && !tally_.interrupted) {
      const std::uint32_t before = tally_.opened;
      while (pairs_.size() < options_.pairs && pairs_.size() - tally_.opened < kOpeningAtOnce) {
        pairs_.push_back(std::make_unique<Pair>(io_, options_, traceparent,
                                                absl::StrCat(room, "-", pairs_.size()), tally_));
      }
      Turn(Clock::now() + kTurn);
      Progress();
      if (Refused()) return false;
      // As long as pairs come in there is hope.
      if (tally_.opened != before) deadline = Clock::now() + options_.timeout;
      if (Clock::now() < deadline) continue;
      tally_.failure = {
          absl::StrCat("only ", tally_.opened, " of ", options_.pairs, " pairs came in"),
          "The gateway or the service is at its limit, or hangs.",
          "Try with fewer --pairs; look at both processes' CPU and logs."};
      return false;
    }
    if (tally_.opened == options_.pairs) return true;
    tally_.failure = {absl::StrCat("interrupted when ", tally_.opened, " of ", options_.pairs,
                                   " pairs were in, before the first frame"),
                      "Nothing was measured.", "Let it run, or give a shorter --duration."};
    return false;
  }

  void Talk() {
    const auto interval =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / options_.rate));
    using Due = std::pair<Instant, Pair*>;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
    const Instant begun = Clock::now();
    const Instant end = begun + options_.duration;
    const double cpu = OwnCpuSeconds();
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      // Spread over the interval, not all at once.
      due.push({begun + interval * static_cast<Duration::rep>(i) /
                            static_cast<Duration::rep>(pairs_.size()),
                pairs_[i].get()});
    }
    while (!tally_.interrupted && !due.empty()) {
      const Instant now = Clock::now();
      if (now >= end) break;
      while (!due.empty() && due.top().first <= now) {
        const auto [at, pair] = due.top();
        due.pop();
        if (pair->broken()) continue;
        tally_.lateness.Add(now - at);
        pair->Tick(at);
        due.push({at + interval, pair});
      }
      Turn(std::min({end, due.empty() ? end : due.top().first, now + kTurn}));
      Progress();
    }
    // What this program was too late for.
    for (; !due.empty(); due.pop()) {
      const Duration late = std::min(end, Clock::now()) - due.top().first;
      if (late > Duration::zero() && !due.top().second->broken()) {
        tally_.held_back += 1 + static_cast<std::uint64_t>(late / interval);
      }
    }
    tally_.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    tally_.cpu = (OwnCpuSeconds() - cpu) / tally_.seconds;
  }

  // What is on its way arrives; of a pair that broke nothing comes any more.
  void Drain() {
    for (const auto& pair : pairs_) pair->Stop();
    RunUntil(
        [this] {
          return All([](const Pair& pair) { return pair.broken() || pair.outstanding() == 0; });
        },
        Clock::now() + options_.timeout);
  }

  const LoadOptions& options_;
  boost::asio::io_context io_;
  boost::asio::signal_set signals_{io_, SIGINT, SIGTERM};
  LoadTally tally_;
  Instant next_progress_ = Clock::now() + kProgressEvery;
  std::vector<std::unique_ptr<Pair>> pairs_;
};

}  // namespace

LoadTally RunLoad(const LoadOptions& options) { return Load(options).Run(); }

}  // namespace signaling::ctl
