#include "tests/bench/load/dialect.h"

#include "tests/bench/load/frame.h"

namespace signaling::bench {
namespace {

constexpr std::string_view kMid = R"(","sdpMid":"0","sdpMLineIndex":0)";

// {"type":"offer", and so on: without the closing brace.
std::string Open(std::string_view type) { return R"({"type":")" + std::string(type) + '"'; }

std::string Body(Kind kind, const Text& text) {
  if (kind == Kind::kCandidate) return R"(,"candidate":")" + text.all + std::string(kMid);
  return R"(,"sdp":")" + text.all + '"';
}

std::string_view TypeName(Kind kind) {
  switch (kind) {
    case Kind::kOffer: return "offer";
    case Kind::kAnswer: return "answer";
    case Kind::kCandidate: return "ice_candidate";
  }
  return "";
}

std::string PeerJsMessage(const Names& names, Kind kind, const Text& text) {
  const std::string_view type = kind == Kind::kOffer    ? "OFFER"
                                : kind == Kind::kAnswer ? "ANSWER"
                                                        : "CANDIDATE";
  const std::string inner = kind == Kind::kCandidate
                                ? R"("candidate":{)" + Body(kind, text).substr(1) + "}"
                                : R"("sdp":)" + Open(TypeName(kind)) + Body(kind, text) + "}";
  return Open(type) + R"(,"payload":{)" + inner +
         R"(,"type":"media","connectionId":"mc_8hw2kd0x1q"},"dst":")" + names.other + R"("})";
}

}  // namespace

std::optional<Dialect> ParseDialect(std::string_view name) {
  if (name == "relay") return Dialect::kRelay;
  if (name == "plain") return Dialect::kPlain;
  if (name == "v1") return Dialect::kV1;
  if (name == "peerjs") return Dialect::kPeerJs;
  return std::nullopt;
}

std::string Target(Dialect dialect, const Names& names) {
  switch (dialect) {
    case Dialect::kRelay:
    case Dialect::kPlain: return "/?room=" + names.room + "&client_id=" + names.self;
    case Dialect::kV1: return "/v1";
    case Dialect::kPeerJs: return "/peerjs?key=peerjs&id=" + names.self + "&token=" + names.room;
  }
  return "";
}

std::string Message(Dialect dialect, const Names& names, Kind kind, const Text& text) {
  switch (dialect) {
    case Dialect::kRelay:
    case Dialect::kPlain:
      return Open(TypeName(kind)) + Body(kind, text) + R"(,"client_id":")" + names.self + R"("})";
    case Dialect::kV1:
      return Open(TypeName(kind)) + R"(,"id":)" + Run(Frame::kId) + R"(,"ack":)" +
             Run(Frame::kAck) + Body(kind, text) + "}";
    case Dialect::kPeerJs: return PeerJsMessage(names, kind, text);
  }
  return "";
}

}  // namespace signaling::bench
