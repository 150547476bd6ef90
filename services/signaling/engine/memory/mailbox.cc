#include "services/signaling/engine/memory/mailbox.h"

#include <algorithm>
#include <utility>

#include "services/common/limits.h"
#include "services/signaling/core/durations.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Answered ones wait for nobody, but somebody has to remember them.
constexpr std::size_t kMaxOffersOfSession = 1000;

bool Waits(const StoredOffer& offer) { return offer.state != v1::OFFER_STATE_ANSWERED; }

std::size_t BytesOf(const v1::CreateOffer& create) {
  std::size_t bytes = create.offer().sdp().size();
  for (const std::string& id : create.allowed().client_ids()) bytes += id.size();
  for (const auto& [key, value] : create.metadata()) bytes += key.size() + value.size();
  return bytes;
}

}  // namespace

bool KeepCandidate(const v1::IceCandidate& candidate, KeptCandidates* kept) {
  const std::size_t bytes = candidate.ByteSizeLong();
  if (kept->list.size() >= kMaxKeptCandidates || kept->bytes + bytes > kMaxKeptCandidateBytes) {
    return false;
  }
  kept->bytes += bytes;
  kept->list.push_back(candidate);
  return true;
}

Mailbox::Waiting Mailbox::WaitingOf(const Session& maker) const {
  Waiting waiting;
  for (const StoredOffer* offer : maker.made) {
    if (!Waits(*offer)) continue;
    ++waiting.offers;
    waiting.bytes += offer->bytes + offer->candidates.bytes + offer->early.bytes;
  }
  return waiting;
}

bool Mailbox::HasRoomFor(const Session& maker, const v1::CreateOffer& create) const {
  Waiting waiting = WaitingOf(maker);
  waiting.bytes += BytesOf(create);
  for (const v1::IceCandidate& candidate : create.candidates()) {
    waiting.bytes += candidate.ByteSizeLong();
  }
  return maker.made.size() < kMaxOffersOfSession && waiting.offers < options_.max_waiting_offers &&
         waiting.bytes <= options_.max_waiting_offer_bytes;
}

void Mailbox::Create(Session* maker, v1::UpFrame* frame) {
  v1::CreateOffer* create = frame->mutable_offer()->mutable_create();
  if (!HasRoomFor(*maker, *create)) {
    return delivery_.Refuse(maker, frame->id(), Reason::kTooManyOffers,
                            "as many offers of this session wait as may");
  }
  if (Enforce(policy_, create->mutable_offer()) == Passage::kRefuse) {
    return delivery_.Refuse(maker, frame->id(), Reason::kMediaNotAllowed,
                            "only audio is allowed here");
  }
  const std::optional<absl::Duration> ttl =
      create->has_ttl() ? FromProto(create->ttl()) : options_.offer_ttl;
  StoredOffer* offer = offers_.Add(maker, "", ttl.value_or(options_.offer_ttl));
  offer->bytes = BytesOf(*create);
  offer->offer.Swap(create->mutable_offer());
  for (v1::IceCandidate& candidate : *create->mutable_candidates()) {
    // Within the bounds: that was checked before.
    if (Enforce(policy_, &candidate) == Passage::kPass) {
      KeepCandidate(candidate, &offer->candidates);
    }
  }
  offer->allowed.assign(create->allowed().client_ids().begin(),
                        create->allowed().client_ids().end());
  offer->metadata.swap(*create->mutable_metadata());
  delivery_.Answer(maker, frame->id(),
                   offers_.EventFor(*offer, maker, v1::OFFER_REASON_UNSPECIFIED));
}

StoredOffer* Mailbox::FindLive(Session* session, std::uint64_t id, const std::string& offer_id) {
  StoredOffer* offer = offers_.Find(offer_id);
  if (offer == nullptr) {
    delivery_.Refuse(session, id, Reason::kOfferNotFound, "there is no such offer");
  } else if (offer->state == v1::OFFER_STATE_EXPIRED) {
    Refuse(session, id, offer, Reason::kOfferExpired, "nobody answered this offer in time");
  } else if (HasEnded(*offer)) {
    Refuse(session, id, offer, Reason::kOfferNotFound,
           offer->state == v1::OFFER_STATE_REJECTED ? "this offer was declined"
                                                    : "this offer is over");
  } else {
    return offer;
  }
  return nullptr;
}

void Mailbox::Claim(Session* claimer, const v1::UpFrame& frame) {
  StoredOffer* offer = FindLive(claimer, frame.id(), frame.offer().claim().offer_id());
  if (offer == nullptr) return;
  const auto refuse = [&](Reason reason, std::string_view message) {
    Refuse(claimer, frame.id(), offer, reason, message);
  };
  if (!offer->room.empty()) return refuse(Reason::kOfferNotFound, "there is no such offer");
  if (offer->maker == claimer) {
    return refuse(Reason::kPermissionDenied, "one's own offer is for somebody else");
  }
  if (!offer->allowed.empty() && std::find(offer->allowed.begin(), offer->allowed.end(),
                                           claimer->client_id) == offer->allowed.end()) {
    return refuse(Reason::kPermissionDenied, "this offer is for others");
  }
  if (offer->state != v1::OFFER_STATE_QUEUED) {
    return refuse(Reason::kOfferTaken, offer->claimer == claimer
                                           ? "this session has claimed the offer before"
                                           : "somebody else has claimed the offer");
  }
  offers_.Claim(offer, claimer);
  v1::DownFrame event;
  v1::Signal* signal = event.mutable_signal();
  signal->set_client_id(offer->maker_name);
  signal->set_offer_id(offer->id);
  *signal->mutable_offer() = offer->offer;
  v1::OfferClaim* claim = signal->mutable_claim();
  claim->mutable_candidates()->Add(offer->candidates.list.begin(), offer->candidates.list.end());
  SetTime(offer->lease_expires, claim->mutable_lease_expire_time());
  *claim->mutable_metadata() = offer->metadata;
  chronicle_.CandidatesCame(claimer, *offer, offer->candidates.list.size());
  delivery_.Answer(claimer, frame.id(), std::move(event));
}

void Mailbox::Withdraw(Session* session, const v1::UpFrame& frame) {
  StoredOffer* offer = FindLive(session, frame.id(), frame.offer().withdraw().offer_id());
  if (offer == nullptr) return;
  const bool may = session == offer->maker || (session == offer->claimer && !Waits(*offer));
  if (!may) {
    return delivery_.Refuse(session, frame.id(), Reason::kPermissionDenied,
                            session == offer->claimer
                                ? "before it has answered, a claimer rejects the offer"
                                : "only who made the offer withdraws it");
  }
  offers_.End(offer, v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_UNSPECIFIED,
              {session, frame.id()});
}

void Mailbox::Signal(Session* from, v1::UpFrame* frame) {
  StoredOffer* offer = FindLive(from, frame->id(), frame->signal().offer_id());
  if (offer == nullptr) return;
  if (!offer->room.empty()) {
    return delivery_.Refuse(from, frame->id(), Reason::kOfferNotFound, "there is no such offer");
  }
  if (from != offer->maker && from != offer->claimer) {
    return Refuse(from, frame->id(), offer, Reason::kClaimLost,
                  "this session does not hold the offer's claim");
  }
  switch (Enforce(policy_, frame->mutable_signal())) {
    case Passage::kPass: break;
    case Passage::kDrop: return;
    case Passage::kRefuse:
      return delivery_.Refuse(from, frame->id(), Reason::kMediaNotAllowed,
                              "only audio is allowed here");
  }
  if (!Waits(*offer)) {
    chronicle_.Passed(from, from == offer->maker ? offer->claimer : offer->maker, frame->signal(),
                      offer);
    return Pass(*offer, from, frame->mutable_signal());
  }
  if (from == offer->maker) return SignalFromMaker(offer, frame);
  SignalFromClaimer(offer, frame);
}

void Mailbox::SignalFromMaker(StoredOffer* offer, v1::UpFrame* frame) {
  if (!frame->signal().has_ice_candidate()) {
    return Misplaced(offer->maker, *frame,
                     "until it is answered only candidates may follow an offer");
  }
  if (!Keep(offer, &offer->candidates, *frame, offer->maker) || offer->claimer == nullptr) return;
  chronicle_.CandidatesCame(offer->claimer, *offer, 1);
  Pass(*offer, offer->maker, frame->mutable_signal());
}

void Mailbox::SignalFromClaimer(StoredOffer* offer, v1::UpFrame* frame) {
  switch (frame->signal().signal_case()) {
    case v1::Signal::kAnswer: return Answered(offer, frame);
    case v1::Signal::kReject: return Rejected(offer, *frame);
    case v1::Signal::kIceCandidate: Keep(offer, &offer->early, *frame, offer->claimer); return;
    default: return Misplaced(offer->claimer, *frame, "answer the offer first");
  }
}

void Mailbox::Answered(StoredOffer* offer, v1::UpFrame* frame) {
  Session* claimer = offer->claimer;
  ++claimer->counts.answers;
  offers_.Answer(offer);
  chronicle_.CandidatesCame(offer->maker, *offer, offer->early.list.size());
  Pass(*offer, claimer, frame->mutable_signal());
  for (v1::IceCandidate& candidate : std::exchange(offer->early, {}).list) {
    v1::Signal signal;
    signal.mutable_ice_candidate()->Swap(&candidate);
    Pass(*offer, claimer, &signal);
  }
}

void Mailbox::Rejected(StoredOffer* offer, const v1::UpFrame& frame) {
  const v1::OfferReason reason = ReasonOf(frame.signal().reject());
  const Actor actor = {offer->claimer, frame.id()};
  if (reason == v1::OFFER_REASON_DECLINED) {
    offers_.End(offer, v1::OFFER_STATE_REJECTED, reason, actor);
  } else {
    offers_.Release(offer, reason, actor);
  }
}

void Mailbox::Pass(const StoredOffer& offer, Session* from, v1::Signal* signal) {
  v1::DownFrame event;
  event.mutable_signal()->Swap(signal);
  event.mutable_signal()->set_client_id(from->client_id);
  event.mutable_signal()->set_offer_id(offer.id);
  event.mutable_signal()->clear_claim();
  delivery_.Pass(from == offer.maker ? offer.claimer : offer.maker, std::move(event));
}

bool Mailbox::Keep(StoredOffer* offer, KeptCandidates* kept, const v1::UpFrame& frame,
                   Session* from) {
  const v1::IceCandidate& candidate = frame.signal().ice_candidate();
  const std::size_t bytes = WaitingOf(*offer->maker).bytes + candidate.ByteSizeLong();
  if (bytes <= options_.max_waiting_offer_bytes && KeepCandidate(candidate, kept)) {
    chronicle_.CandidateKept(from, offer);
    return true;
  }
  // No fault of form: a host with many interfaces may gather as many.
  delivery_.Refuse(from, frame.id(), Reason::kTooManyOffers,
                   "an offer keeps at most 64 candidates, or 32 KiB of them");
  return false;
}

void Mailbox::Refuse(Session* session, std::uint64_t id, StoredOffer* offer, Reason reason,
                     std::string_view message) {
  chronicle_.Note(offer, {.kind = v1::STEP_KIND_REFUSED,
                          .client_id = session->client_id,
                          .reason = static_cast<v1::ErrorReason>(reason)});
  delivery_.Refuse(session, id, reason, message);
}

void Mailbox::Misplaced(Session* from, const v1::UpFrame& frame, std::string_view message) {
  delivery_.Refuse(from, frame.id(), Reason::kInvalidMessage, message);
}

}  // namespace signaling
