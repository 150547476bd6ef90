#include "gateway/codec/offer_encoder.h"

#include <string_view>

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

std::string_view RejectReasonName(v1::Reject::Reason reason) {
  switch (reason) {
    case v1::Reject::REASON_BUSY: return "busy";
    case v1::Reject::REASON_UNSUPPORTED: return "unsupported";
    default: return "declined";
  }
}

// Empty: no more to say, also where the reason is one of a later version.
std::string_view OfferReasonName(v1::OfferReason reason) {
  switch (reason) {
    case v1::OFFER_REASON_LEASE_EXPIRED: return "lease_expired";
    case v1::OFFER_REASON_CLAIMER_LEFT: return "claimer_left";
    case v1::OFFER_REASON_MAKER_LEFT: return "maker_left";
    case v1::OFFER_REASON_BUSY: return "busy";
    case v1::OFFER_REASON_DECLINED: return "declined";
    case v1::OFFER_REASON_UNSUPPORTED: return "unsupported";
    case v1::OFFER_REASON_TTL_EXPIRED: return "ttl_expired";
    case v1::OFFER_REASON_DELETED: return "deleted";
    case v1::OFFER_REASON_SUPERSEDED: return "superseded";
    default: return {};
  }
}

void AddCandidate(JsonObject& object, const v1::IceCandidate& candidate) {
  object.Text("candidate", candidate.candidate());
  if (candidate.has_sdp_mid()) object.Text("sdpMid", candidate.sdp_mid());
  if (candidate.has_sdp_m_line_index()) {
    object.Number("sdpMLineIndex", candidate.sdp_m_line_index());
  }
  if (candidate.has_username_fragment()) {
    object.Text("usernameFragment", candidate.username_fragment());
  }
}

void AddClaim(JsonObject& object, std::string& out, const v1::OfferClaim& claim) {
  object.Key("candidates") += '[';
  for (int i = 0; i < claim.candidates_size(); ++i) {
    if (i > 0) out += ',';
    JsonObject candidate(out);
    AddCandidate(candidate, claim.candidates(i));
  }
  out += ']';
  object.Time("expires_at", claim.lease_expire_time());
  if (!claim.metadata().empty()) object.Strings("metadata", claim.metadata());
}

}  // namespace

MessageType SignalType(const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: return MessageType::kOffer;
    case v1::Signal::kAnswer: return MessageType::kAnswer;
    case v1::Signal::kIceCandidate: return MessageType::kIceCandidate;
    default: return MessageType::kReject;
  }
}

void AddSignal(JsonObject& object, std::string& out, const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer: object.Text("sdp", signal.offer().sdp()); break;
    case v1::Signal::kAnswer: object.Text("sdp", signal.answer().sdp()); break;
    case v1::Signal::kIceCandidate: AddCandidate(object, signal.ice_candidate()); break;
    default: object.Text("reason", RejectReasonName(signal.reject().reason())); break;
  }
  if (signal.has_claim()) AddClaim(object, out, signal.claim());
  object.Text("client_id", signal.client_id());
  object.TextIfAny("offer_id", signal.offer_id());
}

MessageType OfferEventType(const v1::OfferEvent& event) {
  switch (event.state()) {
    case v1::OFFER_STATE_QUEUED:
      // The end of a claim says why; the answer to create_offer has nothing to add.
      return event.reason() == v1::OFFER_REASON_UNSPECIFIED ? MessageType::kOfferCreated
                                                            : MessageType::kOfferRequeued;
    case v1::OFFER_STATE_CLAIMED: return MessageType::kOfferClaimed;
    case v1::OFFER_STATE_REJECTED: return MessageType::kOfferRejected;
    case v1::OFFER_STATE_EXPIRED: return MessageType::kOfferExpired;
    default: return MessageType::kOfferWithdrawn;
  }
}

void AddOfferEvent(JsonObject& object, const v1::OfferEvent& event) {
  object.Text("offer_id", event.offer_id());
  object.TextIfAny("client_id", event.client_id());
  object.TextIfAny("reason", OfferReasonName(event.reason()));
  if (event.has_expire_time()) object.Time("expires_at", event.expire_time());
}

}  // namespace signaling::gateway
