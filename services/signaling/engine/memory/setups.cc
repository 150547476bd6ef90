#include "services/signaling/engine/memory/setups.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/signaling/engine/memory/offers.h"
#include "services/signaling/engine/memory/room.h"

namespace signaling {
namespace {

PairSetup* FindIn(Session* holder, const Session* peer) {
  const auto found = std::find_if(holder->setups.begin(), holder->setups.end(),
                                  [&](const PairSetup& setup) { return setup.peer == peer; });
  return found == holder->setups.end() ? nullptr : &*found;
}

void EraseIn(Session* holder, const Session* peer) {
  std::erase_if(holder->setups, [&](const PairSetup& setup) { return setup.peer == peer; });
}

}  // namespace

std::optional<SetupFault> FaultOf(v1::OfferReason reason) {
  switch (reason) {
    case v1::OFFER_REASON_BUSY: return SetupFault::kBusy;
    case v1::OFFER_REASON_DECLINED: return SetupFault::kDeclined;
    case v1::OFFER_REASON_UNSUPPORTED: return SetupFault::kUnsupported;
    case v1::OFFER_REASON_LEASE_EXPIRED:
    case v1::OFFER_REASON_TTL_EXPIRED: return SetupFault::kNoAnswer;
    case v1::OFFER_REASON_CLAIMER_LEFT:
    case v1::OFFER_REASON_MAKER_LEFT: return SetupFault::kPeerLeft;
    default: return std::nullopt;
  }
}

void Setups::Offered(Session* from, Session* to) {
  if (PairSetup* setup = FindIn(to, from)) {
    setup->peer_waits = true;
    return;
  }
  PairSetup* setup = FindIn(from, to);
  if (setup == nullptr) {
    setup = &from->setups.emplace_back(PairSetup{.peer = to, .began = chronicle_.Uptime()});
  }
  setup->holder_waits = true;
}

void Setups::Answered(Session* from, Session* to, bool kept) {
  PairSetup* setup = FindIn(to, from);
  bool awaited = setup != nullptr && setup->holder_waits;
  if (setup == nullptr) {
    setup = FindIn(from, to);
    awaited = setup != nullptr && setup->peer_waits;
  }
  if (setup == nullptr && kept) setup = &to->setups.emplace_back(PairSetup{.peer = from});
  if (setup == nullptr || (!awaited && !kept)) return;  // it answers nothing
  setup->holder_waits = setup->peer_waits = false;
  if (std::exchange(setup->answered, true) || kept) return;
  chronicle_.observer().OnSetupStage(SetupStage::kAnswer, chronicle_.Uptime() - setup->began);
}

void Setups::Rejected(Session* from, Session* to, const v1::Reject& reject) {
  const PairSetup* of_to = FindIn(to, from);
  const PairSetup* of_from = FindIn(from, to);
  const bool awaited =
      (of_to != nullptr && of_to->holder_waits) || (of_from != nullptr && of_from->peer_waits);
  if (!awaited) return;  // it declines nothing
  Failed(from, to);
  chronicle_.SetupFailed(FaultOf(ReasonOf(reject)));
}

void Setups::Left(Session* session) {
  const auto lost = [&](const PairSetup& setup) {
    if (!setup.answered) chronicle_.SetupFailed(SetupFault::kPeerLeft);
    return true;
  };
  std::erase_if(session->setups, lost);
  for (Session* other : session->room->participants()) {
    std::erase_if(other->setups,
                  [&](const PairSetup& setup) { return setup.peer == session && lost(setup); });
  }
}

void Setups::Failed(Session* a, Session* b) {
  EraseIn(a, b);
  EraseIn(b, a);
}

}  // namespace signaling
