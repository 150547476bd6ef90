#include "tests/bench/load/peer.h"

#include <algorithm>
#include <charconv>

namespace signaling::bench {
namespace {

// Descriptions are larger than this, candidates and all else smaller.
constexpr std::size_t kLongestCandidateFrame = 1024;
constexpr std::uint64_t kEventsPerAck = 32;

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The number after `name`, 0 where there is none.
std::uint64_t Number(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  std::uint64_t value = 0;
  if (at != std::string_view::npos) {
    std::from_chars(text.data() + at + name.size(), text.data() + text.size(), value);
  }
  return value;
}

}  // namespace

Peer::Peer(const Setting& setting, Names names, Listener* listener)
    : setting_(setting),
      names_(std::move(names)),
      listener_(listener),
      connection_(setting.loop, setting.port, Target(setting.dialect, names_), this) {
  if (connection_.closed()) setting_.tally->Fail("no socket");
}

void Peer::Send(Kind kind, Time due) {
  auto& frame = frames_[static_cast<std::size_t>(kind)];
  if (!frame) {
    frame = std::make_unique<Frame>(
        Message(setting_.dialect, names_, kind, setting_.corpus->text(kind)));
  }
  if (!due_) due_ = std::make_unique<std::array<Time, kDueTimes>>();
  (*due_)[sent_ % kDueTimes] = due;
  frame->Set(Frame::kSequence, sent_++);
  ++setting_.tally->sent;
  SendNumbered(*frame);
}

void Peer::SendNumbered(Frame& frame) {
  if (setting_.dialect == Dialect::kV1) {
    frame.Set(Frame::kId, ++last_id_);
    frame.Set(Frame::kAck, last_seq_);
    told_seq_ = last_seq_;
  }
  connection_.Send(frame);
}

void Peer::OnOpen() {
  if (setting_.dialect == Dialect::kRelay) {
    ready_ = true;
    listener_->OnPeerReady();
  } else if (setting_.dialect == Dialect::kV1) {
    connection_.Send(Frame(R"({"type":"hello","client_id":")" + names_.self + R"("})"));
  }
}

void Peer::OnText(std::string_view payload) {
  if (setting_.dialect == Dialect::kV1) TakeNumbers(payload);
  if (!TakeFrame(payload)) OnControl(payload);
}

void Peer::OnControl(std::string_view payload) {
  if (Has(payload, R"("type":"error")") || Has(payload, R"("type":"ERROR")") ||
      Has(payload, R"("type":"EXPIRE")")) {
    return setting_.tally->Fail(std::string(payload));
  }
  if (ready_) return;
  if (setting_.dialect == Dialect::kV1 && Has(payload, R"("type":"connected")")) {
    Frame join(R"({"type":"join","id":)" + Run(Frame::kId) + R"(,"room":")" + names_.room +
               R"("})");
    return SendNumbered(join);
  }
  const std::string_view greeting = setting_.dialect == Dialect::kPlain ? R"("type":"connected")"
                                    : setting_.dialect == Dialect::kV1  ? R"("type":"joined")"
                                                                        : R"("type":"OPEN")";
  if (!Has(payload, greeting)) return;
  ready_ = true;
  listener_->OnPeerReady();
}

void Peer::TakeNumbers(std::string_view payload) {
  acked_id_ = std::max(acked_id_, Number(payload, R"("ack":)"));
  if (Has(payload, R"("type":"ack")")) acked_id_ = std::max(acked_id_, Number(payload, R"("id":)"));
  const std::uint64_t seq = Number(payload, R"("seq":)");
  if (seq == 0) return;
  if (seq != last_seq_ + 1) setting_.tally->Fail("seq is not the next");
  last_seq_ = seq;
  if (last_seq_ - told_seq_ < kEventsPerAck) return;
  told_seq_ = last_seq_;
  connection_.Send(Frame(R"({"type":"ack","seq":)" + std::to_string(last_seq_) + "}"));
}

bool Peer::TakeFrame(std::string_view payload) {
  const bool small = payload.size() < kLongestCandidateFrame;
  for (const Kind kind : {Kind::kCandidate, Kind::kOffer, Kind::kAnswer}) {
    if (small != (kind == Kind::kCandidate)) continue;
    const Text& text = setting_.corpus->text(kind);
    const std::size_t at = payload.find(text.marker);
    if (at == std::string_view::npos) continue;
    payload.remove_prefix(at + text.marker.size());
    std::uint64_t sequence = 0;
    const char* const digits_end = payload.data() + std::min(kSequenceDigits, payload.size());
    const auto [end, error] = std::from_chars(payload.data(), digits_end, sequence);
    if (error != std::errc() || end != digits_end ||
        payload.substr(kSequenceDigits, text.tail.size()) != text.tail ||
        payload.substr(kSequenceDigits + text.tail.size(), 1) != "\"") {
      ++setting_.tally->changed;
    }
    Count(sequence);
    listener_->OnFrame(*this, kind);
    return true;
  }
  return false;
}

void Peer::Count(std::uint64_t sequence) {
  Tally& tally = *setting_.tally;
  if (sequence < next_) {
    const auto late = std::find(missing_.begin(), missing_.end(), sequence);
    if (late == missing_.end()) {
      ++tally.duplicated;
      return;
    }
    missing_.erase(late);
  } else {
    if (sequence > next_) ++tally.reordered;
    for (; next_ < sequence && missing_.size() < kDueTimes; ++next_) missing_.push_back(next_);
    next_ = sequence + 1;
  }
  ++tally.delivered;
  if (other_->sent_ <= sequence) return;
  const Time due = (*other_->due_)[sequence % kDueTimes];
  if (tally.Measures(due)) tally.latency.Add(Clock::now() - due);
}

void Peer::OnEnd(std::string_view why) {
  if (!why.empty()) setting_.tally->Fail("connection ended: " + std::string(why));
  listener_->OnPeerEnd();
}

}  // namespace signaling::bench
