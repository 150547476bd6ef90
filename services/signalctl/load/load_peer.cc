#include "services/signalctl/load/load_peer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

// Frames whose time is remembered: more than may be on their way (the window, and an outbox of 256 events).
constexpr std::size_t kRemembered = 1024;

}  // namespace

LoadPeer::LoadPeer(boost::asio::io_context& io, Socket::Options options, std::string token,
                   std::string room, LoadTally& tally, Owner& owner)
    : token_(std::move(token)),
      room_(std::move(room)),
      tally_(tally),
      owner_(owner),
      session_(io, std::move(options), *this) {}

void LoadPeer::OnOpen() {
  opened_ = true;
  json::object hello{{"type", "hello"}};
  if (!token_.empty()) hello["token"] = token_;
  session_.Send(std::move(hello));
}

void LoadPeer::OnMessage(const json::object& message) {
  const std::string type = TextOf(message, "type");
  if (type == "ice_candidate") {
    Take(NumberOfCandidate(TextOf(message, "candidate")));
  } else if (type == "offer" || type == "answer") {
    Take(VersionOf(TextOf(message, "sdp")));
  } else if (type == "connected") {
    session_.SendNumbered({{"type", "join"}, {"room", room_}, {"replace", false}});
  } else if (type == "joined") {
    ready_ = true;
    owner_.OnReady();
  } else if (type == "error") {
    const std::string code = TextOf(message, "code");
    if (!ready_) {
      Trouble trouble;
      trouble.kind = Trouble::Kind::kRefused;
      trouble.code = code;
      trouble.message = TextOf(message, "message");
      session_.Drop();
      return End(std::move(trouble));
    }
    ++tally_.errors[code];
  }
}

void LoadPeer::Send(FrameKind kind, Instant due) {
  if (over_) return;
  if (waiting_.size() == kMaxWaiting) {
    ++tally_.held_back;
    return;
  }
  waiting_.push_back({kind, due});
  Flush();
}

void LoadPeer::Flush() {
  while (!waiting_.empty() && !over_ && session_.last_id() - session_.acknowledged() < kWindow) {
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    SendNow(next.kind, next.due);
  }
}

void LoadPeer::SendNow(FrameKind kind, Instant due) {
  ++sent_;
  ++tally_.sent;
  due_.push_back(due);
  if (due_.size() > kRemembered) due_.pop_front();
  switch (kind) {
    case FrameKind::kOffer:
      session_.SendNumbered({{"type", "offer"}, {"sdp", description_.Offer(sent_)}});
      return;
    case FrameKind::kAnswer:
      session_.SendNumbered({{"type", "answer"}, {"sdp", description_.Answer(sent_)}});
      return;
    case FrameKind::kCandidate:
      session_.SendNumbered(
          {{"type", "ice_candidate"},
           {"candidate", Description::Candidate(static_cast<std::uint32_t>(sent_))},
           {"sdpMid", "0"},
           {"sdpMLineIndex", 0}});
      return;
  }
}

void LoadPeer::Take(std::uint64_t number) {
  if (number == 0 || number > other_->sent_) {
    ++tally_.changed;
    return;
  }
  switch (arrivals_.Take(number)) {
    case Arrivals::Verdict::kDuplicate: ++tally_.duplicated; return;
    case Arrivals::Verdict::kEarly: ++tally_.reordered; break;
    case Arrivals::Verdict::kLate:
    case Arrivals::Verdict::kNext: break;
  }
  ++tally_.delivered;
  const std::uint64_t back = other_->sent_ - number;
  if (back < other_->due_.size()) {
    tally_.latency.Add(Clock::now() - other_->due_[other_->due_.size() - 1 - back]);
  }
}

void LoadPeer::Stop() {
  tally_.held_back += waiting_.size();
  waiting_.clear();
}

void LoadPeer::Leave() {
  if (over_) return;
  leaving_ = true;
  session_.Send({{"type", "bye"}});
}

void LoadPeer::OnMalformed(std::string_view why) {
  Trouble trouble;
  trouble.kind = Trouble::Kind::kMalformed;
  trouble.message = std::string(why);
  if (ready_) ++tally_.changed;
  End(std::move(trouble));
}

void LoadPeer::OnEnd(const SocketEnd& end) {
  if (ready_ && !leaving_) {
    ++tally_.closes[end.close_code == 0 ? "none" : absl::StrCat(end.close_code)];
  }
  Trouble trouble;
  trouble.kind = opened_ ? Trouble::Kind::kClosed : Trouble::Kind::kNotConnected;
  trouble.end = end;
  End(std::move(trouble));
}

void LoadPeer::End(Trouble trouble) {
  over_ = true;
  Stop();
  trouble.expected = "a seat in its room";
  trouble.trace = session_.trace();
  if (ready_) {
    owner_.OnOver();
  } else {
    owner_.OnRefused(trouble);
  }
}

}  // namespace signaling::ctl
