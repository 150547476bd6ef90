#include "services/signaling/engine/memory/router.h"

#include <utility>

#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/room.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

bool IsDescription(const v1::Signal& signal) { return signal.has_offer() || signal.has_answer(); }

void Meet(Session* a, Session* b) {
  a->last_peer = b;
  b->last_peer = a;
}

}  // namespace

Session* Router::Receiver(Session* from, const v1::UpFrame& frame) {
  const std::string& to = frame.has_signal() ? frame.signal().to() : frame.app().to();
  const auto& participants = from->room->participants();
  if (!to.empty()) {
    Session* receiver = from->room->Find(to);
    if (receiver != nullptr && receiver != from) return receiver;
    delivery_.Refuse(from, frame.id(), Reason::kPeerUnavailable,
                     "nobody else here has this client_id");
    return nullptr;
  }
  if (participants.size() == 2) return participants[0] == from ? participants[1] : participants[0];
  if (participants.size() > 2) {
    if (from->last_peer != nullptr) return from->last_peer;
    delivery_.Refuse(from, frame.id(), Reason::kTargetRequired, "several could be meant: say to");
    return nullptr;
  }
  delivery_.Refuse(from, frame.id(), Reason::kPeerUnavailable, "nobody else is here");
  return nullptr;
}

void Router::Signal(Session* from, v1::UpFrame* frame) {
  if (from->plain && from->room->participants().size() == 1 && frame->signal().to().empty() &&
      Keep(from, frame)) {
    return;
  }
  Session* receiver = Receiver(from, *frame);
  if (receiver == nullptr) return;
  if (IsDescription(frame->signal())) Meet(from, receiver);
  v1::DownFrame event;
  event.mutable_signal()->Swap(frame->mutable_signal());
  event.mutable_signal()->set_client_id(from->client_id);
  event.mutable_signal()->clear_to();
  delivery_.Send(receiver, std::move(event));
}

void Router::App(Session* from, v1::UpFrame* frame) {
  v1::DownFrame event;
  Session* receiver = nullptr;
  if (!frame->app().to().empty()) {
    receiver = Receiver(from, *frame);
    if (receiver == nullptr) return;
  }
  event.mutable_app()->Swap(frame->mutable_app());
  event.mutable_app()->set_client_id(from->client_id);
  event.mutable_app()->clear_to();
  if (receiver != nullptr) return delivery_.Send(receiver, std::move(event));
  for (Session* other : from->room->participants()) {
    if (other != from) delivery_.Send(other, v1::DownFrame(event));
  }
}

bool Router::Keep(Session* from, v1::UpFrame* frame) {
  v1::Signal* signal = frame->mutable_signal();
  if (signal->has_offer()) {
    from->kept = std::make_unique<KeptOffer>();
    from->kept->offer.Swap(signal->mutable_offer());
    // Nobody is there yet, but nothing is lost either: there is nothing to do about it.
    v1::DownFrame verdict;
    *verdict.mutable_error() =
        MakeError(Reason::kPeerUnavailable,
                  "nobody else is here; the offer is kept for whoever comes next", Action::kNone);
    delivery_.Answer(from, frame->id(), std::move(verdict));
    return true;
  }
  if (!signal->has_ice_candidate() || from->kept == nullptr) return false;
  KeptOffer& kept = *from->kept;
  const std::size_t bytes = signal->ice_candidate().ByteSizeLong();
  if (kept.candidates.size() >= options_.max_kept_candidates ||
      kept.candidate_bytes + bytes > options_.max_kept_candidate_bytes) {
    return false;
  }
  kept.candidate_bytes += bytes;
  kept.candidates.emplace_back().Swap(signal->mutable_ice_candidate());
  return true;
}

void Router::DeliverKept(Session* newcomer) {
  for (Session* maker : newcomer->room->participants()) {
    if (maker == newcomer || maker->kept == nullptr) continue;
    const std::unique_ptr<KeptOffer> kept = std::move(maker->kept);
    Meet(maker, newcomer);
    v1::DownFrame offer;
    offer.mutable_signal()->set_client_id(maker->client_id);
    offer.mutable_signal()->mutable_offer()->Swap(&kept->offer);
    delivery_.Send(newcomer, std::move(offer));
    for (v1::IceCandidate& candidate : kept->candidates) {
      v1::DownFrame event;
      event.mutable_signal()->set_client_id(maker->client_id);
      event.mutable_signal()->mutable_ice_candidate()->Swap(&candidate);
      delivery_.Send(newcomer, std::move(event));
    }
  }
}

}  // namespace signaling
