#include "services/signaling/engine/memory/router.h"

#include <utility>

#include "services/signaling/core/errors.h"
#include "services/signaling/engine/memory/room.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

bool IsDescription(const v1::Signal& signal) { return signal.has_offer() || signal.has_answer(); }

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
  v1::Signal* signal = frame->mutable_signal();
  switch (Enforce(from->room->settings().media, signal)) {
    case Passage::kPass: break;
    case Passage::kDrop: return;
    case Passage::kRefuse:
      return delivery_.Refuse(from, frame->id(), Reason::kMediaNotAllowed,
                              "only audio is allowed in this room");
  }
  if (from->plain && from->room->participants().size() == 1 && signal->to().empty() &&
      Keep(from, frame)) {
    return;
  }
  Session* receiver = Receiver(from, *frame);
  if (receiver == nullptr) return;
  if (IsDescription(*signal)) Meet(from, receiver);
  chronicle_.Passed(from, receiver, *signal);
  Note(from, receiver, *signal);
  v1::DownFrame event;
  event.mutable_signal()->Swap(signal);
  event.mutable_signal()->set_client_id(from->client_id);
  event.mutable_signal()->clear_to();
  event.mutable_signal()->clear_claim();
  delivery_.Pass(receiver, std::move(event));
}

void Router::Note(Session* from, Session* receiver, const v1::Signal& signal) {
  switch (signal.signal_case()) {
    case v1::Signal::kOffer:
      kept_.Drop(from, v1::OFFER_STATE_WITHDRAWN, v1::OFFER_REASON_SUPERSEDED);
      setups_.Offered(from, receiver);
      break;
    case v1::Signal::kAnswer:
      setups_.Answered(from, receiver, kept_.Answered(receiver, from));
      break;
    case v1::Signal::kIceCandidate: kept_.KeepCandidate(from, signal.ice_candidate()); break;
    case v1::Signal::kReject:
      kept_.Rejected(receiver, from, signal.reject());
      setups_.Rejected(from, receiver, signal.reject());
      break;
    case v1::Signal::SIGNAL_NOT_SET: break;
  }
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
  Broadcast(*from->room, event, from);
}

std::size_t Router::Broadcast(const Room& room, const v1::DownFrame& event, const Session* except) {
  std::size_t receivers = 0;
  for (Session* session : room.participants()) {
    if (session == except) continue;
    delivery_.Send(session, v1::DownFrame(event));
    ++receivers;
  }
  return receivers;
}

bool Router::Keep(Session* from, v1::UpFrame* frame) {
  v1::Signal* signal = frame->mutable_signal();
  if (signal->has_ice_candidate()) {
    if (!kept_.KeepCandidate(from, signal->ice_candidate())) return false;
    chronicle_.CandidateKept(from, from->kept);
    return true;
  }
  if (!signal->has_offer()) return false;
  kept_.Keep(from, signal->mutable_offer());
  // Nobody is there yet, but nothing is lost either: there is nothing to do about it.
  v1::DownFrame verdict;
  *verdict.mutable_error() =
      MakeError(Reason::kPeerUnavailable,
                "nobody else is here; the offer is kept for whoever comes next", Action::kNone);
  delivery_.Answer(from, frame->id(), std::move(verdict));
  return true;
}

}  // namespace signaling
