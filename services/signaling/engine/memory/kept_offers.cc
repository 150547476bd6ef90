#include "services/signaling/engine/memory/kept_offers.h"

#include <utility>
#include <vector>

#include "services/signaling/engine/memory/mailbox.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

}  // namespace

void KeptOffers::Keep(Session* maker, v1::Description* offer) {
  // In place: alone in its room a client may say it as often as it likes, and nobody has anything to learn from it.
  if (maker->kept != nullptr) {
    offers_.Replace(maker->kept, options_.offer_ttl);
  } else {
    maker->kept = offers_.Add(maker, maker->room->name(), options_.offer_ttl);
  }
  maker->kept->bytes = offer->sdp().size();
  maker->kept->offer.Swap(offer);
}

bool KeptOffers::KeepCandidate(Session* maker, const v1::IceCandidate& candidate) {
  return maker->kept != nullptr && signaling::KeepCandidate(candidate, &maker->kept->candidates);
}

void KeptOffers::Drop(Session* maker, v1::OfferState state, v1::OfferReason reason) {
  if (maker->kept != nullptr) offers_.End(maker->kept, state, reason, {maker, 0});
}

void KeptOffers::HandTo(Session* newcomer) {
  for (Session* maker : newcomer->room->participants()) {
    StoredOffer* offer = maker->kept;
    if (maker == newcomer || offer == nullptr || offer->state != v1::OFFER_STATE_QUEUED) continue;
    // The room may have changed since it was kept.
    const MediaPolicy& policy = newcomer->room->settings().media;
    if (Enforce(policy, &offer->offer) == Passage::kRefuse) {
      offers_.End(offer, v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_DELETED);
      continue;
    }
    std::erase_if(offer->candidates.list, [&](v1::IceCandidate& candidate) {
      return Enforce(policy, &candidate) != Passage::kPass;
    });
    offers_.Claim(offer, newcomer);
    Meet(maker, newcomer);
    v1::DownFrame event;
    event.mutable_signal()->set_client_id(maker->client_id);
    *event.mutable_signal()->mutable_offer() = offer->offer;
    delivery_.Send(newcomer, std::move(event));
    chronicle_.CandidatesCame(newcomer, *offer, offer->candidates.list.size());
    for (const v1::IceCandidate& candidate : offer->candidates.list) {
      v1::DownFrame trickled;
      trickled.mutable_signal()->set_client_id(maker->client_id);
      *trickled.mutable_signal()->mutable_ice_candidate() = candidate;
      delivery_.Send(newcomer, std::move(trickled));
    }
  }
}

bool KeptOffers::Answered(Session* maker, Session* from) {
  StoredOffer* offer = maker->kept;
  if (offer == nullptr) return false;
  // A late answer, after the lease, is as good while nobody else has the offer; and if somebody has, the first to
  // answer is who the maker talks to.
  if (offer->claimer != from) {
    if (offer->claimer != nullptr) offers_.Release(offer, v1::OFFER_REASON_SUPERSEDED);
    if (maker->kept == nullptr) return false;  // its time was over
    offers_.Claim(offer, from);
    offer->claimed_at = absl::InfiniteDuration();  // nobody knows what it took
  }
  offers_.AnswerInRoom(offer);
  return true;
}

void KeptOffers::Rejected(Session* maker, const Session* from, const v1::Reject& reject) {
  StoredOffer* offer = maker->kept;
  if (offer == nullptr || offer->claimer != from) return;
  const v1::OfferReason reason = ReasonOf(reject);
  if (reason == v1::OFFER_REASON_DECLINED) {
    offers_.End(offer, v1::OFFER_STATE_REJECTED, reason);
  } else {
    offers_.Release(offer, reason);
  }
}

void KeptOffers::LeftRoom(Session* session) {
  Drop(session, v1::OFFER_STATE_EXPIRED, v1::OFFER_REASON_MAKER_LEFT);
  const std::vector<StoredOffer*> claimed = session->claimed;
  for (StoredOffer* offer : claimed) {
    if (!offer->room.empty()) offers_.Release(offer, v1::OFFER_REASON_CLAIMER_LEFT);
  }
}

}  // namespace signaling
