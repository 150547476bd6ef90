#include "services/signaling/engine/memory/offers.h"

#include <utility>
#include <vector>

#include "services/common/ids.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/engine/memory/setups.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// So that who comes too late hears what became of it.
constexpr absl::Duration kMemory = absl::Minutes(1);
constexpr std::size_t kMaxRemembered = 10'000;

OfferTransition TransitionTo(v1::OfferState state) {
  switch (state) {
    case v1::OFFER_STATE_REJECTED: return OfferTransition::kRejected;
    case v1::OFFER_STATE_EXPIRED: return OfferTransition::kExpired;
    default: return OfferTransition::kWithdrawn;
  }
}

v1::StepKind StepTo(v1::OfferState state) {
  switch (state) {
    case v1::OFFER_STATE_REJECTED: return v1::STEP_KIND_OFFER_REJECTED;
    case v1::OFFER_STATE_EXPIRED: return v1::STEP_KIND_OFFER_EXPIRED;
    default: return v1::STEP_KIND_OFFER_WITHDRAWN;
  }
}

// Whose doing an end was. Empty: time's, or a back end's.
std::string DoerOf(const StoredOffer& offer, const Session* claimer, v1::OfferReason reason,
                   const Actor& actor) {
  const bool by_claimer = reason == v1::OFFER_REASON_CLAIMER_LEFT ||
                          reason == v1::OFFER_REASON_DECLINED ||
                          (claimer != nullptr && actor.session == claimer);
  if (by_claimer) return offer.claimer_name;
  const bool by_maker = reason == v1::OFFER_REASON_MAKER_LEFT || actor.session == offer.maker;
  return by_maker ? offer.maker_name : std::string();
}

}  // namespace

bool HasEnded(const StoredOffer& offer) { return offer.maker == nullptr; }

v1::OfferReason ReasonOf(const v1::Reject& reject) {
  switch (reject.reason()) {
    case v1::Reject::REASON_BUSY: return v1::OFFER_REASON_BUSY;
    case v1::Reject::REASON_UNSUPPORTED: return v1::OFFER_REASON_UNSUPPORTED;
    default: return v1::OFFER_REASON_DECLINED;
  }
}

StoredOffer* Offers::Add(Session* maker, const std::string& room, absl::Duration ttl) {
  auto made = std::make_unique<StoredOffer>();
  StoredOffer* offer = made.get();
  offer->id = NewRandomId();
  offer->number = ++last_number_;
  offer->maker = maker;
  offer->maker_name = maker->client_id;
  offer->maker_number = maker->number;
  offer->room = room;
  offer->created = clock_.Now();
  offer->expires = offer->created + ttl;
  offer->ttl_end = clock_.Uptime() + ttl;
  offer->queued_at = clock_.Uptime();
  deadlines_.Set(offer, offer->ttl_end);
  maker->made.push_back(offer);
  in_order_.emplace(offer->number, offer);
  offers_.emplace(offer->id, std::move(made));
  ++live_;
  ++maker->counts.offers;
  Note(offer, nullptr, v1::STEP_KIND_OFFER_STORED, offer->maker_name, v1::OFFER_REASON_UNSPECIFIED);
  chronicle_.observer().OnOfferTransition(OfferTransition::kStored);
  Log(*offer, v1::OFFER_REASON_UNSPECIFIED);
  return offer;
}

void Offers::Claim(StoredOffer* offer, Session* claimer) {
  offer->state = v1::OFFER_STATE_CLAIMED;
  offer->claimer = claimer;
  offer->claimer_name = claimer->client_id;
  offer->claimer_number = claimer->number;
  ++offer->claims;
  offer->lease_expires = clock_.Now() + options_.claim_lease;
  deadlines_.Set(offer, clock_.Uptime() + options_.claim_lease);
  offer->claimed_at = clock_.Uptime();
  claimer->claimed.push_back(offer);
  Note(offer, claimer, v1::STEP_KIND_OFFER_CLAIMED, offer->claimer_name,
       v1::OFFER_REASON_UNSPECIFIED);
  Chronicle::MayReport(offer->maker, claimer);
  chronicle_.observer().OnOfferTransition(OfferTransition::kClaimed);
  chronicle_.observer().OnSetupStage(SetupStage::kClaim, offer->claimed_at - offer->queued_at);
  delivery_.Send(offer->maker, EventFor(*offer, offer->maker, v1::OFFER_REASON_UNSPECIFIED));
  Log(*offer, v1::OFFER_REASON_UNSPECIFIED);
}

void Offers::Release(StoredOffer* offer, v1::OfferReason reason, Actor actor) {
  Fail(*offer, reason);
  if (offer->ttl_end <= clock_.Uptime()) {
    return Finish(offer, v1::OFFER_STATE_EXPIRED, v1::OFFER_REASON_TTL_EXPIRED, actor);
  }
  Session* claimer = std::exchange(offer->claimer, nullptr);
  std::erase(claimer->claimed, offer);
  offer->state = v1::OFFER_STATE_QUEUED;
  offer->early = {};
  offer->queued_at = clock_.Uptime();
  deadlines_.Set(offer, offer->ttl_end);
  Note(offer, claimer, v1::STEP_KIND_OFFER_REQUEUED, offer->claimer_name, reason);
  chronicle_.observer().OnOfferTransition(OfferTransition::kRequeued);
  TellBoth(*offer, claimer, reason, actor);
  offer->claimer_name.clear();
}

void Offers::Answer(StoredOffer* offer) {
  offer->state = v1::OFFER_STATE_ANSWERED;
  Note(offer, offer->claimer, v1::STEP_KIND_OFFER_ANSWERED, offer->claimer_name,
       v1::OFFER_REASON_UNSPECIFIED);
  chronicle_.observer().OnOfferTransition(OfferTransition::kAnswered);
  if (offer->claimed_at != absl::InfiniteDuration()) {
    chronicle_.observer().OnSetupStage(SetupStage::kAnswer, clock_.Uptime() - offer->claimed_at);
  }
  deadlines_.Clear(offer);
  Drop(offer);  // what renegotiates passes through; this has served
  Log(*offer, v1::OFFER_REASON_UNSPECIFIED);
}

void Offers::AnswerInRoom(StoredOffer* offer) {
  Answer(offer);
  Forget(offer, std::exchange(offer->claimer, nullptr));
}

void Offers::End(StoredOffer* offer, v1::OfferState state, v1::OfferReason reason, Actor actor) {
  Fail(*offer, reason);
  Finish(offer, state, reason, actor);
}

void Offers::Fail(const StoredOffer& offer, v1::OfferReason reason) {
  // What was answered has been set up, or its sides report that it was not.
  if (offer.state != v1::OFFER_STATE_ANSWERED) chronicle_.SetupFailed(FaultOf(reason));
}

void Offers::Note(StoredOffer* offer, Session* claimer, v1::StepKind kind,
                  const std::string& client_id, v1::OfferReason reason) {
  StepNote note = {
      .kind = kind, .client_id = client_id, .room = offer->room, .offer_reason = reason};
  chronicle_.Note(offer, note);
  note.offer_id = offer->id;
  for (Session* side : {offer->maker, claimer}) {
    if (side != nullptr) chronicle_.Note(side, note);
  }
}

void Offers::Finish(StoredOffer* offer, v1::OfferState state, v1::OfferReason reason, Actor actor) {
  Session* claimer = std::exchange(offer->claimer, nullptr);
  const bool was_answered = offer->state == v1::OFFER_STATE_ANSWERED;
  offer->state = state;
  Note(offer, claimer, StepTo(state), DoerOf(*offer, claimer, reason, actor), reason);
  chronicle_.observer().OnOfferTransition(TransitionTo(state));
  TellBoth(*offer, claimer, reason, actor);
  if (!was_answered) offer->claimer_name.clear();
  Forget(offer, claimer);
}

void Offers::Drop(StoredOffer* offer) {
  offer->offer.Clear();
  offer->candidates = {};
  offer->allowed = {};
  offer->metadata.clear();
  offer->bytes = 0;
}

void Offers::Erase(const std::string& id) {
  const auto found = offers_.find(id);
  deadlines_.Clear(found->second.get());
  in_order_.erase(found->second->number);
  offers_.erase(found);
  remembered_.pop_front();
}

void Offers::Replace(StoredOffer* offer, absl::Duration ttl) {
  Drop(offer);
  Note(offer, nullptr, v1::STEP_KIND_OFFER_STORED, offer->maker_name, v1::OFFER_REASON_UNSPECIFIED);
  offer->queued_at = clock_.Uptime();
  offer->expires = clock_.Now() + ttl;
  offer->ttl_end = clock_.Uptime() + ttl;
  deadlines_.Set(offer, offer->ttl_end);
}

void Offers::Forget(StoredOffer* offer, Session* claimer) {
  chronicle_.OfferEnded(offer);
  Session* maker = std::exchange(offer->maker, nullptr);
  std::erase(maker->made, offer);
  if (maker->kept == offer) maker->kept = nullptr;
  if (claimer != nullptr) std::erase(claimer->claimed, offer);
  Drop(offer);
  offer->early = {};
  deadlines_.Set(offer, clock_.Uptime() + kMemory);
  --live_;
  remembered_.push_back(offer->id);
  if (remembered_.size() > kMaxRemembered) Erase(remembered_.front());
}

void Offers::SessionEnded(Session* session) {
  const std::vector<StoredOffer*> made = session->made;
  for (StoredOffer* offer : made) {
    End(offer,
        offer->state == v1::OFFER_STATE_ANSWERED ? v1::OFFER_STATE_WITHDRAWN
                                                 : v1::OFFER_STATE_EXPIRED,
        v1::OFFER_REASON_MAKER_LEFT);
  }
  const std::vector<StoredOffer*> claimed = session->claimed;
  for (StoredOffer* offer : claimed) {
    if (offer->state == v1::OFFER_STATE_CLAIMED) {
      Release(offer, v1::OFFER_REASON_CLAIMER_LEFT);
    } else {
      End(offer, v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_CLAIMER_LEFT);
    }
  }
}

void Offers::Renamed(Session* session) {
  for (StoredOffer* offer : session->made) offer->maker_name = session->client_id;
  for (StoredOffer* offer : session->claimed) offer->claimer_name = session->client_id;
}

void Offers::Expire() {
  while (StoredOffer* offer = deadlines_.Next(clock_.Uptime())) {
    switch (offer->state) {
      case v1::OFFER_STATE_QUEUED:
        End(offer, v1::OFFER_STATE_EXPIRED, v1::OFFER_REASON_TTL_EXPIRED);
        break;
      case v1::OFFER_STATE_CLAIMED: Release(offer, v1::OFFER_REASON_LEASE_EXPIRED); break;
      default: Erase(offer->id); break;  // each is remembered as long: the first is due first
    }
  }
}

StoredOffer* Offers::Find(const std::string& id) {
  const auto found = offers_.find(id);
  return found == offers_.end() ? nullptr : found->second.get();
}

v1::Offer Offers::ToProto(const StoredOffer& offer) const {
  v1::Offer out;
  out.set_offer_id(offer.id);
  out.set_state(offer.state);
  out.set_client_id(offer.maker_name);
  out.set_claimer_client_id(offer.claimer_name);
  SetTime(offer.created, out.mutable_create_time());
  SetTime(offer.expires, out.mutable_expire_time());
  if (offer.state == v1::OFFER_STATE_CLAIMED) {
    SetTime(offer.lease_expires, out.mutable_lease_expire_time());
  }
  out.set_claim_count(offer.claims);
  out.set_candidate_count(static_cast<std::uint32_t>(offer.candidates.list.size()));
  for (const std::string& id : offer.allowed) out.mutable_allowed()->add_client_ids(id);
  *out.mutable_metadata() = offer.metadata;
  out.set_room(offer.room);
  return out;
}

v1::DownFrame Offers::EventFor(const StoredOffer& offer, const Session* to,
                               v1::OfferReason reason) const {
  v1::DownFrame frame;
  v1::OfferEvent* event = frame.mutable_offer();
  event->set_offer_id(offer.id);
  event->set_state(offer.state);
  event->set_client_id(to == offer.maker ? offer.claimer_name : offer.maker_name);
  event->set_reason(reason);
  if (offer.state == v1::OFFER_STATE_QUEUED) SetTime(offer.expires, event->mutable_expire_time());
  if (offer.state == v1::OFFER_STATE_CLAIMED) {
    SetTime(offer.lease_expires, event->mutable_expire_time());
  }
  return frame;
}

void Offers::TellBoth(const StoredOffer& offer, Session* claimer, v1::OfferReason reason,
                      Actor actor) {
  for (Session* side : {offer.maker, claimer}) {
    const bool knows = side == actor.session && actor.id == 0;
    if (side == nullptr || knows) continue;
    v1::DownFrame event = EventFor(offer, side, reason);
    if (side == actor.session) event.set_reply_to(actor.id);
    delivery_.Send(side, std::move(event));
  }
  Log(offer, reason);
}

void Offers::Log(const StoredOffer& offer, v1::OfferReason reason) {
  v1::Event event;
  v1::OfferChanged* changed = event.mutable_offer_changed();
  changed->set_offer_id(offer.id);
  changed->set_state(offer.state);
  changed->set_client_id(offer.maker_name);
  changed->set_claimer_client_id(offer.claimer_name);
  changed->set_reason(reason);
  log_.Append(std::move(event));
}

}  // namespace signaling
