#include "tests/bench/load/traffic.h"

namespace signaling::bench {

void CallTraffic::Start(Pair& pair) {
  pair.arrived = 0;
  SendHalf(pair.a(), Kind::kOffer);
}

void CallTraffic::OnFrame(Pair& pair, Peer& receiver, Kind kind) {
  if (kind == Kind::kOffer) SendHalf(receiver, Kind::kAnswer);
  if (++pair.arrived < kFrames) return;
  ++tally_->calls;
  if (!repeat_) {
    if (tally_->Measures(pair.begun())) tally_->call.Add(Clock::now() - pair.begun());
    pair.Close();
  } else if (!stopped_) {
    Start(pair);
  }
}

void CallTraffic::SendHalf(Peer& sender, Kind description) {
  sender.Send(description, Clock::now());
  for (int i = 0; i < kCandidates; ++i) sender.Send(Kind::kCandidate, Clock::now());
}

void PingPongTraffic::Start(Pair& pair) {
  for (int i = 0; i < window_; ++i) pair.a().Send(Kind::kCandidate, Clock::now());
}

void PingPongTraffic::OnFrame(Pair&, Peer& receiver, Kind) {
  if (!stopped_) receiver.Send(Kind::kCandidate, Clock::now());
}

void OpenTraffic::Start(Pair& pair) {
  peers_.push_back(&pair.a());
  peers_.push_back(&pair.b());
  next_ = Clock::now();
}

Time OpenTraffic::Tick(Time now) {
  while (!stopped_ && next_ <= now) {
    Peer& sender = *peers_[random_() % peers_.size()];
    if (sender.outstanding() < Peer::kDueTimes) {
      sender.Send(Kind::kCandidate, next_);
    } else {
      tally_->Fail("the server is too slow for this rate");
    }
    next_ +=
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_)));
  }
  return stopped_ ? now + std::chrono::milliseconds(50) : next_;
}

}  // namespace signaling::bench
